"""The tools that write generated files."""

from pathlib import Path

import pytest

from generated_file import command_line, refuse_large, write_or_check

PROJECT = Path(__file__).parents[1]


@pytest.mark.parametrize("tool", sorted(PROJECT.glob("tools/write_*.py")), ids=lambda path: path.stem)
def test_each_tool_has_the_same_command_line(tool):
    assert "command_line(__doc__)" in tool.read_text("utf-8")


@pytest.mark.parametrize("arguments", [["--chekc", "a.md"], [], ["--help"]])
def test_a_mistake_and_a_question_write_nothing(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        command_line("Write a page.").parse_args(arguments)
    assert ended.value.code == (0 if arguments == ["--help"] else 2)
    assert "--check" in "".join(capsys.readouterr())
    assert not list(tmp_path.iterdir())


def test_a_file_that_differs_or_is_missing_is_out_of_date(tmp_path):
    path = tmp_path / "a.md"
    with pytest.raises(SystemExit, match="is out of date; run: make docs"):
        write_or_check(path, "é", check=True)
    assert not path.exists()
    write_or_check(path, "é", check=False)
    write_or_check(path, "é", check=True)
    with pytest.raises(SystemExit, match="is out of date"):
        write_or_check(path, "e", check=True)
    assert path.read_text("utf-8") == "é"


def test_a_folder_that_is_too_large_is_refused(tmp_path):
    (tmp_path / "a").write_bytes(bytes(2000))
    refuse_large(tmp_path, 2000)
    with pytest.raises(SystemExit, match="MB are allowed"):
        refuse_large(tmp_path, 1999)
