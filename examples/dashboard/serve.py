"""Serves the example dashboard on this computer, as some web server would: from another origin than the bridge's.

usage: DESKBRIDGE_TOKEN=dbt_... serve.py [--port 8420] [--bridge-port 7420]

It prints the address to open. That address holds a code, good once, for which the page gets the token and the bridge's port;
without DESKBRIDGE_TOKEN the page asks for a token.
"""

import argparse
import hmac
import http.server
import json
import os
import pathlib
import secrets

HERE = pathlib.Path(__file__).resolve().parent
# The page brings its own copy of the client, so that it works while the bridge is off.
FILES = {
    "/": (HERE / "index.html", "text/html; charset=utf-8"),
    "/dashboard.css": (HERE / "dashboard.css", "text/css; charset=utf-8"),
    "/dashboard.js": (HERE / "dashboard.js", "text/javascript; charset=utf-8"),
    "/row.js": (HERE / "row.js", "text/javascript; charset=utf-8"),
    "/visible.js": (HERE / "visible.js", "text/javascript; charset=utf-8"),
    "/deskbridge-client.js": (HERE.parent.parent / "web" / "client.js", "text/javascript; charset=utf-8"),
}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        file = FILES.get(self.path.partition("?")[0])
        if not self.is_ours() or (file is None and self.path != "/settings"):
            self.answer(404, b"not found", "text/plain")
        elif file is None:
            self.answer(200, json.dumps({"port": self.server.settings["port"]}).encode(), "application/json")
        else:
            self.answer(200, file[0].read_bytes(), file[1])

    def do_POST(self):
        length = min(int(self.headers.get("Content-Length") or 0), 1000)
        given = self.rfile.read(length).decode("utf-8", "replace")
        server = self.server
        fits = server.code is not None and hmac.compare_digest(given.encode(), server.code.encode())
        if self.path != "/settings" or not self.is_ours() or not fits:
            self.answer(404, b"not found", "text/plain")
            return
        server.code = None
        self.answer(200, json.dumps(server.settings).encode(), "application/json")

    def is_ours(self):
        """Refuses pages of other sites that found a name for this address."""
        return self.headers.get("Host") == f"127.0.0.1:{self.server.server_port}"

    def answer(self, status, body, media_type):
        bridge = f"127.0.0.1:{self.server.settings['port']}"
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header(
            "Content-Security-Policy",
            f"default-src 'self'; img-src 'self' data:; connect-src 'self' http://{bridge} ws://{bridge}; frame-ancestors 'none'; base-uri 'none'",
        )
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


def main():
    arguments = argparse.ArgumentParser(description="Serves the example dashboard.")
    arguments.add_argument("--port", type=int, default=8420)
    arguments.add_argument("--bridge-port", type=int, default=7420)
    chosen = arguments.parse_args()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", chosen.port), Handler)
    token = os.environ.get("DESKBRIDGE_TOKEN")
    server.settings = {"port": chosen.bridge_port}
    server.code = None
    address = f"http://127.0.0.1:{server.server_port}/"
    if token:
        server.settings["token"] = token
        server.code = secrets.token_urlsafe(32)
        address += f"#code={server.code}"
    print(address, flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


main()
