"""The conformance test of providers: it runs over every file in the folder.

How an API is asked stands in the constant ``EXAMPLE`` of the provider's own test module.
"""

import importlib
import json
import pkgutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.internet.models import providers
from lab.internet.models.provider import ProviderRequest
from lab.internet.models.providers import all_providers, list_protocols

MODULES = {
    importlib.import_module(f"{providers.__name__}.{module.name}").PROVIDER: module.name
    for module in pkgutil.iter_modules(providers.__path__)
}
PROVIDERS = all_providers()


def name(provider):
    return provider.protocol


def get_example(provider):
    return importlib.import_module(
        f"tests.internet.models.providers.test_{MODULES[provider]}"
    ).EXAMPLE


def ask(path, body=None, *, method="POST", query="", upgrade=False):
    return ProviderRequest(method=method, path=path, query=query, upgrade=upgrade, body=body)


def continue_conversation(example, answer):
    _, body, conversation, make_result, _ = example
    return {**body, conversation: [*body[conversation], make_result(answer)]}


def test_every_protocol_has_a_name_of_its_own():
    assert len(set(list_protocols())) == len(PROVIDERS) == len(MODULES)


@pytest.mark.parametrize("provider", PROVIDERS, ids=name)
def test_one_tool_call_then_its_result_then_the_end(provider):
    example = get_example(provider)
    first = provider.answer(ask(example.path, example.body))
    assert first.status == 200
    assert not first.stream
    assert "echo lab" in first.body.decode()
    continued = continue_conversation(example, json.loads(first.body))
    last = provider.answer(ask(example.path, continued)).body.decode()
    assert "echo lab" not in last
    assert '"ok"' in last


@pytest.mark.parametrize("provider", PROVIDERS, ids=name)
def test_a_stream_holds_the_same_turns_as_events(provider):
    example = get_example(provider)
    whole = json.loads(provider.answer(ask(example.path, example.body)).body)
    for body, text in (
        (example.body, "echo lab"),
        (continue_conversation(example, whole), "ok"),
    ):
        path, query, document = example.stream(example.path, body)
        streamed = provider.answer(ask(path, document, query=query))
        assert streamed.stream
        assert dict(streamed.headers)["content-type"].startswith("text/event-stream")
        assert all(b"data: " in piece and piece.endswith(b"\n\n") for piece in streamed.pieces)
        assert text in streamed.body.decode()


@pytest.mark.parametrize("provider", PROVIDERS, ids=name)
def test_without_tools_the_model_answers_with_text(provider):
    path, body, *_ = get_example(provider)
    body = {key: value for key, value in body.items() if key != "tools"}
    assert '"ok"' in provider.answer(ask(path, body)).body.decode()


@pytest.mark.parametrize("provider", PROVIDERS, ids=name)
def test_requests_of_no_api_are_left_to_others(provider):
    path, *_ = get_example(provider)
    assert provider.answer(ask("/unknown", {"messages": []})) is None
    assert provider.answer(ask(path, None)) is None
    assert provider.answer(ask(path, {}, method="PUT")) is None


@pytest.mark.parametrize("provider", PROVIDERS, ids=name)
def test_a_provider_recognises_its_own_request_alone(provider):
    path, body, *_ = get_example(provider)
    recognised = [each for each in PROVIDERS if each.answer(ask(path, body)) is not None]
    assert recognised == [provider]


@pytest.mark.parametrize("provider", PROVIDERS, ids=name)
def test_the_prompt_changes_nothing_of_an_answer(provider):
    # Otherwise one covert character in a request would show all over the next.
    path, body, conversation, *_ = get_example(provider)
    other = json.loads(json.dumps(body).replace("hi", "h\u2019i"))
    assert other[conversation] != body[conversation]
    assert provider.answer(ask(path, body)) == provider.answer(ask(path, other))


leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=4)
keys = st.sampled_from(
    ["type", "role", "content", "tools", "name", "function", "input", "parts", "schema",
     "messages", "contents", "tool_choice", "format", "text", "stream", "functionDeclarations",
     "input_schema", "parameters", "response_format", "json_schema", "generationConfig",
     "tool_calls", "output_config", "additional_tools", "functionCall", "toolConfig",
     "functionCallingConfig", "allowedFunctionNames", "responseSchema", "request",
     "stream_options", "description", "action"]
)  # fmt: skip
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=25,
)


@pytest.mark.parametrize("provider", PROVIDERS, ids=name)
@given(values, st.dictionaries(keys, values, max_size=5), st.booleans())
def test_no_document_breaks_it(provider, conversation, extra, stream):
    path, body, member, *_ = get_example(provider)
    for document in (
        {**body, **extra, "stream": stream},
        {**extra, member: conversation, "stream": stream},
        conversation,
    ):
        provider.answer(ask(path, document))
