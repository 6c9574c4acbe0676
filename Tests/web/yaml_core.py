"""Reads YAML by the core schema of YAML 1.2, as the bridge and editors do. By the 1.1 of PyYAML, `on` would be a boolean."""

import re

import yaml


class CoreLoader(yaml.SafeLoader):
    yaml_implicit_resolvers = {}

    def construct_mapping(self, node, deep=False):
        """Keys are texts, as in JSON, whatever they look like."""
        return {key.value: self.construct_object(value, deep=True) for key, value in node.value}

    def construct_map(self, node):
        return self.construct_mapping(node)

    def construct_int(self, node):
        return int(node.value, 0) if node.value[:2] in ("0x", "0o") else int(node.value)


for tag, pattern, first in [
    ("null", "~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", "true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", "[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
]:
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), first)
CoreLoader.add_constructor("tag:yaml.org,2002:map", CoreLoader.construct_map)
CoreLoader.add_constructor("tag:yaml.org,2002:int", CoreLoader.construct_int)


def load(text):
    return yaml.load(text, CoreLoader)
