import json

import pytest

from lab.internet.models.provider import ProviderRequest
from lab.internet.models.providers.gemini import PROVIDER
from tests.internet.models.providers.example import PARAMETERS, ProviderExample

EXAMPLE = ProviderExample(
    path="/v1beta/models/m:generateContent",
    body={
        "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
        "tools": [{"functionDeclarations": [{"name": "Bash", "parameters": PARAMETERS}]}],
    },
    conversation="contents",
    make_result=lambda answer: {
        "parts": [{"functionResponse": {"name": "Bash", "response": {}}}],
    },
    stream=lambda path, body: (
        path.replace("generateContent", "streamGenerateContent"),
        "alt=sse",
        body,
    ),
)

PATH = "/v1beta/models/gemini-pro:"
DECLARED = {
    "name": "run_shell_command",
    "parametersJsonSchema": {
        "properties": {"command": {"type": "string"}},
        "required": ["command"],
    },
}


def ask(method="generateContent", query="", wrap=False, **body):
    document = {"contents": [], **body}
    asked = ProviderRequest(
        method="POST",
        path=PATH + method,
        query=query,
        upgrade=False,
        body={"model": "m", "request": document} if wrap else document,
    )
    return PROVIDER.answer(asked)


def part(**options):
    return json.loads(ask(**options).body)["candidates"][0]["content"]["parts"][0]


def test_a_function_is_called():
    found = part(tools=[{"functionDeclarations": [DECLARED]}])
    assert found == {"functionCall": {"name": "run_shell_command", "args": {"command": "echo lab"}}}
    snake = {"name": "run", "parameters": {"type": "OBJECT"}}
    assert "functionCall" in part(tools=[{"function_declarations": [snake]}])


def test_a_stream_is_events_or_an_array():
    response = ask("streamGenerateContent", "alt=sse")
    assert response.stream
    assert response.pieces[0].startswith(b'data: {"candidates"')
    (answer,) = json.loads(ask("streamGenerateContent").body)
    assert answer["modelVersion"] == "gemini-pro"


def test_an_envelope_is_answered_in_an_envelope():
    assert json.loads(ask(wrap=True).body)["response"]["candidates"]


def test_tokens_are_counted():
    assert json.loads(ask("countTokens").body)["totalTokens"] == 100
    assert ask("embedContent") is None


@pytest.mark.parametrize("member", ["responseSchema", "responseJsonSchema", "response_schema"])
def test_text_by_schema(member):
    assert part(generationConfig={member: {"const": "x"}}) == {"text": '"x"'}


def test_text_that_must_be_json():
    assert part(generationConfig={"responseMimeType": "application/json"}) == {"text": "{}"}


def test_the_calling_mode_is_obeyed():
    tools = [{"functionDeclarations": [DECLARED]}]
    quiet = {"functionCallingConfig": {"mode": "NONE"}}
    assert part(tools=tools, toolConfig=quiet) == {"text": "ok"}
    forced = {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": [DECLARED["name"]]}}
    contents = [{"parts": [{"functionResponse": {}}]}]
    assert "functionCall" in part(tools=tools, toolConfig=forced, contents=contents)
