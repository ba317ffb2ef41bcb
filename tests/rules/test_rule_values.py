"""Rule files say what they mean in YAML 1.2, whatever the letter case of Azure's types."""

from pathlib import Path

import pytest
from rule_files import RULE, changed, composed, written

from scanner.errors import RuleError
from scanner.rules import estates, load
from scanner.rules.document import Source
from scanner.rules.nodes import plain


def value(text: str) -> object:
    return plain(composed(text), Source(Path("value")))


@pytest.mark.parametrize("text", ["on", "off", "yes", "no", "On", "NO", "y", "n"])
def test_on_and_yes_and_no_are_text(text: str) -> None:
    assert value(text) == text


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("true", True),
        ("False", False),
        ("'true'", "true"),
        ("~", None),
        ("null", None),
        ("7", 7),
        ("-7", -7),
        ("010", 10),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("1.5", 1.5),
        ("2026-11-01", "2026-11-01"),
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("{a: [1, {b: no}]}", {"a": [1, {"b": "no"}]}),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_scalars_are_read_as_in_yaml_1_2(text: str, meant: object) -> None:
    assert value(text) == meant
    assert type(value(text)) is type(meant)


def test_a_type_may_be_written_in_any_letter_case(tmp_path: Path) -> None:
    path = written(tmp_path, changed("Microsoft.CognitiveServices", "MICROSOFT.cognitiveservices"))
    assert load(path).subject == "microsoft.cognitiveservices/accounts"


def test_a_rule_is_read_whole(tmp_path: Path) -> None:
    rule = load(written(tmp_path, RULE))
    assert (rule.id, rule.name, rule.family) == ("AOAI199", "a-rule", "exposure")
    assert rule.commands == ("az resource tag --ids {id}",)
    assert [example.name for example in rule.examples] == ["as it is"]


def test_a_patch_that_misspells_a_resource_is_refused() -> None:
    estate = estates.load(estates.home() / "estates" / "hub-and-spoke.yaml")
    patched = estates.merge_patch(estate, {"aoai-prodd": {"properties": {}}})
    with pytest.raises(RuleError, match="aoai-prodd: lacks `type`"):
        estates.snapshot(patched)
