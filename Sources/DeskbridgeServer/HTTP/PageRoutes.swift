import Hummingbird

/// `GET /`: what somebody sees who opens the bridge's address in a browser.
struct PageRoutes {
    func add(to router: Router<BridgeRequestContext>) {
        router.get("/") { _, _ in
            Response(
                status: .ok,
                headers: [
                    .contentType: "text/html; charset=utf-8", .cacheControl: "no-store",
                    .contentSecurityPolicy: "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
                ],
                body: ResponseBody(byteBuffer: ByteBuffer(string: Self.page)))
        }
    }

    private static let page = """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>Deskbridge</title>
        <style>
        :root { color-scheme: light dark }
        body { font: 1rem/1.5 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem }
        code, pre { font-family: ui-monospace, monospace } pre { overflow-x: auto; padding: 1rem; border: 1px solid }
        </style>
        <h1>Deskbridge is running</h1>
        <p>Web pages send it events; it does the work on this desk, and confirms it.</p>
        <p>A page needs a token for its origin. Make one at the desk:</p>
        <pre>deskbridge token create dashboard --origin https://studio.example</pre>
        <p>Then the page can do this:</p>
        <pre>const bridge = new WebSocket("ws://127.0.0.1:" + port + "/v1/ws", ["deskbridge.v1", "bearer." + token]);
        bridge.onmessage = message =&gt; console.log(JSON.parse(message.data));
        bridge.onopen = () =&gt; bridge.send(JSON.stringify({
          type: "CREATE_RESOURCE", idempotencyKey: crypto.randomUUID(),
          payload: {name: "Project_001", user: "John"}
        }));</pre>
        <p>See what it does: <code>deskbridge status</code>, <code>deskbridge queue list</code>, <code>deskbridge events tail</code>.</p>
        </html>
        """
}
