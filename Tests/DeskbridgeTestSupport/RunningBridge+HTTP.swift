package import DeskbridgeCore

extension RunningBridge {
    /// Sends the bytes on a connection of their own and reads what comes until its end.
    ///
    /// - Parameter wantsMore: whether the client keeps its own side open, as browsers do.
    package func exchange(_ bytes: [UInt8], on host: String = "127.0.0.1") async throws -> RawResponse {
        let connection = try TCPConnection(port: port, host: host)
        defer { connection.close() }
        connection.send(bytes)
        let answer = await connection.rest()
        guard let response = RawResponse(answer) else {
            throw NeverCame("an HTTP answer", instead: [String(decoding: answer, as: UTF8.self)])
        }
        return response
    }

    /// Sends one request, written out by hand so that nothing in it is made better on the way.
    ///
    /// - Parameters:
    ///   - headers: in this order; a `Host` of ours is put before them unless one is among them.
    ///   - body: with its `Content-Length`.
    package func request(
        _ method: String, _ target: String, token: String? = nil, headers: [(String, String)] = [], body: [UInt8]? = nil
    ) async throws -> RawResponse {
        var head = "\(method) \(target) HTTP/1.1\r\n"
        if !headers.contains(where: { $0.0.lowercased() == "host" }) { head += "Host: 127.0.0.1:\(port)\r\n" }
        if let token { head += "Authorization: Bearer \(token)\r\n" }
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if let body { head += "Content-Length: \(body.count)\r\n" }
        head += "Connection: close\r\n\r\n"
        return try await exchange(Array(head.utf8) + (body ?? []))
    }

    /// Sends JSON.
    package func post(
        _ target: String, _ json: JSONValue, token: String? = nil, headers: [(String, String)] = []
    ) async throws -> RawResponse {
        try await request(
            "POST", target, token: token, headers: [("Content-Type", "application/json")] + headers, body: Array(json.text.utf8))
    }

    /// Sends an event and waits until it has ended.
    package func postAndWait(_ event: JSONValue, token: String) async throws -> RawResponse {
        try await post("/v1/events", event, token: token, headers: [("Prefer", "wait=30")])
    }

    /// Whether it answers.
    package func serves() async throws -> Bool { try await request("GET", "/readyz").status == 200 }
}

/// An event as clients write it.
package func event(_ type: String, _ key: String, _ payload: JSONValue = [:]) -> JSONValue {
    ["type": .string(type), "idempotencyKey": .string(key), "payload": payload]
}
