"""Images of patients: taken in, checked against the person, kept in an archive, shown again.

``uploads`` keeps what comes in pieces, ``files`` reads a DICOM file and takes the person out of it,
``identity`` decides whether it is of this person, ``refusal`` is how one is turned away, ``intake``
does all that in turn, ``archive`` is the one module that speaks to the archive, ``dicomweb`` says
which of its addresses are passed on, ``access`` who may see which study.
Imported by ``routes`` and ``app``.
"""
