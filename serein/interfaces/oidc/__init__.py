"""Proof of who somebody is, by an OpenID Connect provider that the operator chose. Plain values in and out, no Django, no record.

It is no way to sign in: what comes back says who somebody is with which assurance, and opens nothing. `providers` reads the operator's file, and
imports no cryptography, because every process that starts asks it; `flow` begins and finishes a proof; `values` are what it comes to.
"""
