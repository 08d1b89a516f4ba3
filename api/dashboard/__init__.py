"""The pages: thin HTML frames; what they show comes from the same JSON API that programs use."""
