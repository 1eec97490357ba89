import json

import pytest

from lab.internet.models.conversation import (
    Text,
    Tool,
    ToolCall,
    TurnRequest,
    choose_turn,
    make_identifier,
)


def schema(required=(), **described):
    return {"type": "object", "properties": described, "required": list(required)}


STRING = {"type": "string"}
BASH = Tool("Bash", schema(["command"], command=STRING, timeout={"type": "number"}))
ARGV = Tool("shell", schema(["command"], command={"type": "array", "items": STRING}))
EDIT = Tool("str_replace", schema(["command"], command={"type": "string", "enum": ["view"]}))
READ = Tool("read_file", schema(["file_path"], file_path=STRING))
NOTE = Tool("note", schema(["text", "level"], text=STRING, level={"enum": ["low"]}))
SUBMIT = Tool("submit_and_exit", schema(["result"], result=STRING))
CODE = Tool(
    "exec",
    kind="custom",
    description="Run JavaScript.\n```ts\ndeclare const tools: { run_it(args: {\n  // What.\n"
    "  cmd: string;\n  tty?: boolean;\n}): Promise<unknown>; };\n```",
)


def turn(*tools, **said):
    return choose_turn(TurnRequest(tools=tools, **said))


@pytest.mark.parametrize(
    ("tools", "name", "arguments"),
    [
        ([NOTE, READ, BASH], "Bash", {"command": "echo lab"}),
        ([ARGV], "shell", {"command": ["echo", "lab"]}),
        ([EDIT], "str_replace", {"command": "view"}),
        ([NOTE, READ], "read_file", {"file_path": "README.md"}),
        ([NOTE], "note", {"text": "lab", "level": "low"}),
        ([SUBMIT, BASH], "Bash", {"command": "echo lab"}),
        ([SUBMIT], "submit_and_exit", {"result": "lab"}),
        ([Tool("local_shell", kind="local_shell")], "local_shell", {"command": ["echo", "lab"]}),
        ([Tool("bash", kind="custom")], "bash", {"input": "echo lab"}),
    ],
)
def test_one_harmless_tool_is_called(tools, name, arguments):
    called = turn(*tools)
    assert isinstance(called, ToolCall)
    assert (called.tool.name, called.arguments) == (name, arguments)


def test_code_that_can_run_commands_runs_one():
    assert (
        turn(CODE)
        .arguments["input"]
        .startswith('const result = await tools.run_it({cmd: "echo lab"});')
    )
    bare = Tool("exec", kind="custom", description="Run JavaScript.")
    assert turn(bare).arguments == {"input": 'text("lab");'}


def test_a_custom_tool_of_unknown_use_is_left_alone():
    assert turn(Tool("apply_patch", kind="custom")) == Text("ok")


def test_after_a_result_the_conversation_ends():
    assert turn(BASH, results=1) == Text("ok")
    assert turn() == Text("ok")


def test_a_tool_that_ends_the_conversation_ends_it():
    assert turn(BASH, SUBMIT, results=1).tool is SUBMIT
    assert turn(BASH, SUBMIT, results=2, called=frozenset({"submit_and_exit"})) == Text("ok")


def test_a_tool_that_must_be_called_is_called_even_after_a_result():
    assert turn(BASH, NOTE, forced="note", results=3).tool is NOTE


def test_a_text_by_schema():
    text = turn(BASH, schema=schema(["a"], a={"type": "integer"}))
    assert json.loads(text.text) == {"a": 1}


def test_ids_depend_on_the_turn_and_nothing_else():
    first = make_identifier("toolu_", TurnRequest(tools=(BASH,)))
    assert first == make_identifier("toolu_", TurnRequest(tools=(READ,), schema={}))
    assert first != make_identifier("toolu_", TurnRequest(tools=(BASH,), results=1))
    assert first.startswith("toolu_")
