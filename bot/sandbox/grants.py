"""Installing the app by OAuth: a person allows it, a code comes back, the code becomes a token."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response


@dataclass(slots=True)
class Grants:
    """The app's own credentials, the codes given out and not used, and the token a code becomes."""

    token: str
    client_id: str = field(default_factory=lambda: f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}")
    client_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    codes: dict[str, str] = field(default_factory=dict)

    async def authorise(self, request: Request) -> Response:
        """The page where a person would press Allow; here everybody does."""
        asked = request.query_params
        if asked.get("client_id") != self.client_id:
            return JSONResponse({"ok": False, "error": "invalid_client_id"}, status_code=400)
        code = secrets.token_hex(12)
        self.codes[code] = asked.get("scope", "")
        back = {"code": code, "state": asked.get("state", "")}
        return RedirectResponse(f"{asked.get('redirect_uri', '')}?{urlencode(back)}", status_code=302)
