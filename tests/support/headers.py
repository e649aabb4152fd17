"""The headers that every answer to a browser carries, whatever the service, route and outcome."""

from collections.abc import Mapping

FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY = ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'")


def lacking(headers: Mapping[str, str]) -> list[str]:
    """What is missing or too weak, in words."""
    found = [name for name, value in FIXED.items() if headers.get(name) != value]
    policy = headers.get("Content-Security-Policy", "")
    found += [f"policy without {part}" for part in POLICY if part not in policy]
    found += [f"policy with {word}" for word in ("unsafe", "*", "http://cdn", "data: 'self'") if word in policy]
    if "text" in headers.get("Content-Type", "") and "charset=utf-8" not in headers["Content-Type"].lower():
        found.append(f"no charset in {headers['Content-Type']}")
    if "Server" in headers and any(letter.isdigit() for letter in headers["Server"]):
        found.append(f"a version in {headers['Server']}")
    if "X-Powered-By" in headers:
        found.append("X-Powered-By")
    for cookie in headers.get("Set-Cookie", "").split("\n"):
        if cookie and not ("HttpOnly" in cookie and "SameSite=Lax" in cookie):
            found.append(f"cookie {cookie.partition('=')[0]}")
    return found
