"""Holds the JSON Schemas that editors go by against the loader: files it takes are valid, files of a wrong structure are not."""

import copy
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import jsonschema

import yaml_core
from bridge import BINARY, ROOT

FIXTURES = ROOT / "Tests/Fixtures/schemas"
COMMANDS = {"action": ["actions"], "policy": ["policy"], "config": ["config"]}
BROKEN = yaml_core.load((FIXTURES / "broken.yaml").read_text())
COMPLETE = {kind: yaml_core.load((FIXTURES / f"{kind}.yaml").read_text()) for kind in COMMANDS}


def run(*words, check=True):
    return subprocess.run([BINARY, *words], check=check, capture_output=True, text=True, env={**os.environ, "HOME": "/root"})


def schema(kind):
    text = run(*COMMANDS[kind], "schema").stdout
    found = json.loads(text)
    jsonschema.Draft202012Validator.check_schema(found)
    return jsonschema.Draft202012Validator(found)


SCHEMAS = {kind: schema(kind) for kind in COMMANDS}


def complaints(kind, document):
    return [f"{error.json_path}: {error.message[:200]}" for error in SCHEMAS[kind].iter_errors(document)]


# By which key a part of a file in docs/ is known.
SHOWN_BY = {"action": "action:|steps:|- id:", "policy": "rules:|visibility:|grants:", "config": "listen:|limits:|retention:|log:"}

# What only the loader can find in the complete files when they are spoilt.
ONLY_THE_LOADER = {
    "action": [
        # What templates, and later steps, name.
        r"parameters( left out| = {})", r"parameters/\w+ left out", r"steps/0 left out", r"steps/0/optional = True",
        # Values that break the parameter's own rules; rules that contradict each other.
        r"parameters/\w+/(default|enum|examples)\b.*", r"parameters/\w+/(optional|secret) = True", r"parameters/name/pattern = .*",
        r"parameters/owner/properties( = {}|/team left out)",
        r"parameters/\w+/(minimum|maximum|exclusiveMinimum|exclusiveMaximum|multipleOf) = .*",
        # Paths and D-Bus names, which may be templates.
        r"steps/1/process/(directory|sandbox/(read|write)).*", r"steps/2/dbus/(destination|path|until/path|until/sender) = no such value",
        # Values and the signatures they must fit.
        r"steps/2/dbus/signature left out", r"steps/2/dbus/arguments.*", r"steps/2/dbus/until/(where|expect)\b.*",
    ],
    "policy": [r"rules/0/payload/frames/(maximum|exclusiveMaximum) = -1", r"grants/dbus/[01] = no such value"],
    "config": [],
}


class Home:
    """Asks the loader about many files at once: of the policies and actions it tells the mistakes of all."""

    def __init__(self, test):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="schemas-"))
        test.addCleanup(shutil.rmtree, self.folder)
        for name in ["actions", "policies"]:
            (self.folder / name).mkdir()

    def refused(self, kind, documents):
        """The numbers of the documents that the loader refuses."""
        if kind == "config":
            return {number for number, document in enumerate(documents) if not self.takes_config(document)}
        folder = "actions" if kind == "action" else "policies"
        if kind == "action":
            (self.folder / "policies/all.yaml").write_text(json.dumps(GRANTS))
        for number, document in enumerate(documents):
            (self.folder / folder / f"{number:04}.yaml").write_text(json.dumps(document))
        answer = run(*COMMANDS[kind], "check", "--home", str(self.folder), check=False)
        assert answer.returncode in (0, 78), answer.stderr
        # Policies have warnings as well.
        told = [line for line in (answer.stdout + answer.stderr).splitlines() if ": warning:" not in line and ": note:" not in line]
        return {int(number) for line in told for number in re.findall(rf"^{folder}/([0-9]{{4}})\.yaml:[0-9]+:[0-9]+: ", line)}

    def takes_config(self, document):
        (self.folder / "deskbridge.yaml").write_text(json.dumps(document))
        return run("config", "check", "--home", str(self.folder), check=False).returncode == 0


# All that the complete action and the small ones touch.
GRANTS = {"grants": {**COMPLETE["policy"]["grants"], "folders": ["/schema-tests", "/r", "~"]}}
GRANTS["grants"]["dbus"] = ["session org.example.Log", "session a.b"]


def alone(number, document):
    """The document under a name and for a type of its own, unless it is about those."""
    if isinstance(document, dict):
        for key, own in [("action", f"m-{number}"), ("on", f"M_{number}")]:
            if document.get(key) in (COMPLETE["action"][key], BROKEN["action"]["sound"][key]):
                document = {**document, key: own}
    return document


def places(document, path=()):
    yield path, document
    members = document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else []
    for key, value in members:
        yield from places(value, (*path, key))


def changed(document, path, change):
    """A copy in which `change` was applied to what holds the last part of the path."""
    document = copy.deepcopy(document)
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    change(holder, path[-1])
    return document


def spoilt(document):
    """Each part left out, and given other types; each mapping with a key too much."""
    for path, value in places(document):
        name = "/".join(map(str, path))
        if isinstance(value, dict):
            yield f"{name}/zzzz", changed(document, (*path, "zzzz"), lambda holder, key: holder.__setitem__(key, "x"))
        if not path:
            continue
        yield f"{name} left out", changed(document, path, lambda holder, key: holder.__delitem__(key))
        for other in [None, True, -1, 1.5, "no such value", [], ["x"], {}, {"zzzz": [{}]}]:
            if other != value:
                yield f"{name} = {other}", changed(document, path, lambda holder, key: holder.__setitem__(key, other))


class SchemaTests(unittest.TestCase):
    def test_every_file_that_the_loader_takes_is_valid(self):
        files = [("action", path) for path in [*ROOT.glob("actions/*.yaml"), *ROOT.glob("examples/*/action.yaml"), FIXTURES / "action.yaml"]]
        files += [("policy", path) for path in [*ROOT.glob("policies/*.yaml"), *ROOT.glob("examples/*/policy.yaml"), FIXTURES / "policy.yaml"]]
        files.append(("config", FIXTURES / "config.yaml"))
        home = Home(self).folder
        run("init", "--home", str(home))
        files += [("action", home / "actions/create-resource.yaml"), ("policy", home / "policies/default.yaml"), ("config", home / "deskbridge.yaml")]
        self.assertGreater(len(files), 25)
        for kind, path in files:
            with self.subTest(path=str(path)):
                self.assertEqual(complaints(kind, yaml_core.load(path.read_text())), [])

    def test_what_the_documents_show_is_valid(self):
        shown = []
        for page in [ROOT / "README.md", *ROOT.glob("docs/*.md")]:
            for block in re.findall(r"^```yaml\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL):
                text = block.split("\n---\n")[0]
                kind = next((kind for kind, key in SHOWN_BY.items() if re.search(rf"^({key})", text, re.MULTILINE)), None)
                if kind:
                    shown.append((kind, page.name, text))
        self.assertGreater(len(shown), 8)
        for kind, page, text in shown:
            with self.subTest(page=page, text=text[:80]):
                document = yaml_core.load(text)
                document = {"steps": document} if isinstance(document, list) else document
                sound = BROKEN["action"]["sound"] if kind == "action" else {}
                self.assertEqual(complaints(kind, {**sound, **document}), [])

    def test_a_modeline_leads_to_the_schema(self):
        files = [*ROOT.glob("actions/*.yaml"), *ROOT.glob("policies/*.yaml"), *ROOT.glob("examples/*/*.yaml"), *FIXTURES.glob("[!b]*.yaml")]
        home = Home(self).folder
        run("init", "--home", str(home))
        files += [*home.glob("*.yaml"), *home.glob("*/*.yaml")]
        for path in files:
            with self.subTest(path=str(path)):
                name = re.match(r"# yaml-language-server: \$schema=(\S+)\n", path.read_text())[1]
                kind = pathlib.Path(name).stem
                self.assertEqual(json.loads((path.parent / name).read_text()), SCHEMAS[kind].schema)
                self.assertEqual(complaints(kind, yaml_core.load(path.read_text())), [])

    def test_what_is_broken_is_refused_by_both(self):
        for kind, table in BROKEN.items():
            self.assertEqual(complaints(kind, table["sound"]), [])
            cases = []
            for case in table["broken"]:
                document = {**table["sound"], **case.get("with", {})}
                document.pop(case.get("without"), None)
                cases.append((case["wrong"], case["file"] if "file" in case else document))
            documents = [alone(number, document) for number, (_, document) in enumerate(cases)]
            documents.append(alone(len(cases), table["sound"]))
            refused = Home(self).refused(kind, documents)
            self.assertNotIn(len(cases), refused, "the sound file")
            for number, (wrong, _) in enumerate(cases):
                with self.subTest(kind=kind, wrong=wrong):
                    self.assertIn(number, refused, "the loader takes it")
                    self.assertNotEqual(complaints(kind, documents[number]), [], "the schema takes it")

    def test_spoilt_files_are_judged_alike(self):
        """The schema refuses nothing that the loader takes, and overlooks only what takes knowledge of other places."""
        for kind, complete in COMPLETE.items():
            cases = list(spoilt(complete))
            documents = [alone(number, document) for number, (_, document) in enumerate(cases)]
            refused = Home(self).refused(kind, documents)
            self.assertGreater(len(refused), len(cases) / 2)
            for number, (change, _) in enumerate(cases):
                found = complaints(kind, documents[number])
                with self.subTest(kind=kind, change=change):
                    if number not in refused:
                        self.assertEqual(found, [], "the loader takes it")
                    elif not any(re.fullmatch(pattern, change) for pattern in ONLY_THE_LOADER[kind]):
                        self.assertNotEqual(found, [], "the schema takes it")


if __name__ == "__main__":
    unittest.main(verbosity=2)
