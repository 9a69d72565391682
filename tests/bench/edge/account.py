"""The account that callers and service agree on; nothing of either is imported with it."""

ACCOUNT = "AC" + "1" * 32
TOKEN = "a token for the bench"
TOKEN_VARIABLE = "WARMLINE_BENCH_TOKEN"
PUBLIC_URL = "https://warmline.example"
NUMBER = "+12025550100"
