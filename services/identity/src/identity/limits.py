"""How large what people send may be, in bytes."""

LONGEST_BODY = 32_768
LONGEST_IMPORT = 16 << 20
