"""May this be signed here, today? For now the law on repeats; licence, identity and visit need a prescriber and are said to be
unchecked."""
