"""Personal data at rest: envelope encryption, sealed text, names that can be searched.

Imported by ``services`` and whatever reads or writes a person's words.
"""
