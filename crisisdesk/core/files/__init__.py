"""Files people hand in: stored outside the database, known by their content, shown only as previews made anew.

`receiving` takes bytes in and gives a `Received`; an action keeps it as a `StoredFile` row. `serving` hands bytes out,
`sweeping` removes what nothing refers to, `verifying` compares rows with bytes. Who may see a file is decided by what
holds it (evidence of a case, for example), never here.
"""
