"""The words of the ward: plain Python, shared by every room, importing none of them."""
