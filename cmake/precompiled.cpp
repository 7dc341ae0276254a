// Nothing: its target only holds the precompiled headers.
