"""What the lab's servers answer: fixed answers first, then model providers, then a default.

Pure: the same request and script give the same answer, byte for byte.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from lab.internet.headers import is_upgrade, parse_json
from lab.internet.models.provider import ProviderRequest
from lab.internet.models.providers import all_providers
from lab.internet.response import Response, make_json_response
from lab.internet.script import FixedAnswer, Script
from lab.observation.records import Request
from lab.observation.traffic import decode_body

__all__ = ["answer_request", "make_provider_request"]

_WRITING = frozenset({"POST", "PUT", "PATCH"})


def answer_request(request: Request, script: Script) -> Response:
    """Return the answer; status 101 accepts a WebSocket."""
    for fixed in script.answers:
        if _matches(fixed, request):
            body = (fixed.body.encode(),) if fixed.body else ()
            return Response(fixed.status, (("content-type", fixed.content_type),), body)
    asked = make_provider_request(request)
    # False sorts before True: the protocols that the client is known to speak come first.
    for provider in sorted(all_providers(), key=lambda each: each.protocol not in script.protocols):
        response = provider.answer(asked)
        if response is not None:
            return response
    return _answer_by_default(request, upgrade=asked.upgrade)


def _matches(fixed: FixedAnswer, request: Request) -> bool:
    path = request.target.partition("?")[0]
    return (
        fnmatchcase(request.host, fixed.host.lower())
        and fnmatchcase(request.method, fixed.method.upper())
        and (fnmatchcase(path, fixed.path) or fnmatchcase(request.target, fixed.path))
    )


def make_provider_request(request: Request) -> ProviderRequest:
    """The request as providers read it."""
    path, _, query = request.target.partition("?")
    document = None
    if request.body and request.method in _WRITING:
        document = parse_json(decode_body(request))
    return ProviderRequest(
        method=request.method,
        path=path.rstrip("/"),
        query=query,
        upgrade=request.version.startswith("1.") and is_upgrade(request.headers),
        body=document,
    )


def _answer_by_default(request: Request, *, upgrade: bool) -> Response:
    """Answer as a server does that does not know the path."""
    if upgrade:
        return Response(101)
    if request.method in _WRITING:
        return make_json_response({})
    if request.method == "OPTIONS":
        return Response(204, (("allow", "GET, HEAD, POST, OPTIONS"),))
    return make_json_response({"error": {"type": "not_found_error", "message": "Not Found"}}, 404)
