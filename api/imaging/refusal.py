"""Why an upload is not taken; apart, so that nobody reads DICOM who only takes bytes."""


class FileRefusedError(Exception):
    """A file that is not taken; the text says why and names nobody."""
