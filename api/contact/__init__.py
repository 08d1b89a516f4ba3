"""Contact between patients and the ward: who is told of a message or of a call that is asked for.

The words themselves are read and written by ``api.routes``; here only the right person is found and
told, over the channels of ``api.notify``.
"""
