"""Makes the two modules that index.html takes React from, out of React 18's own UMD files.

usage: vendor.py [FOLDER]   where `react/umd` and `react-dom/umd` are; default: Debian's /usr/share/nodejs (packages node-react, node-react-dom)
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
HOOKS = "StrictMode, createElement, useEffect, useInsertionEffect, useMemo, useRef, useState, useSyncExternalStore"


def modules(source, kind="production.min"):
    """The text of each module by its name."""
    react = (source / f"react/umd/react.{kind}.js").read_text()
    dom = (source / f"react-dom/umd/react-dom.{kind}.js").read_text()
    return {
        "react.js": f"{react}\nexport const {{ {HOOKS} }} = globalThis.React;\n",
        "react-dom-client.js": f"import 'react';\n{dom}\nexport const {{ createRoot }} = globalThis.ReactDOM;\n",
    }


if __name__ == "__main__":
    vendor = HERE / "vendor"
    vendor.mkdir(exist_ok=True)
    for name, text in modules(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/nodejs")).items():
        (vendor / name).write_text(text)
    client = HERE.parent.parent / "web" / "client.js"
    (HERE / "deskbridge-client.js").write_text(client.read_text())
