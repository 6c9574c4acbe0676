import DeskbridgeCommands
import DeskbridgeCore

/// Answers of the daemon, as its HTTP API gives them.
enum Samples {
    static let id = "01936d2e-7c1a-7b5e-9d3f-0a1b2c3d4e5f"
    static let otherID = "01936d2e-7c1a-7b5e-9d3f-0a1b2c3d4e60"

    /// The first message of every stream.
    static let inForce = "event: authenticated\ndata: {\"type\":\"authenticated\",\"client\":\"local\",\"session\":\"s\",\"seq\":0}\n\n"

    static func json(_ text: String) throws -> JSONValue { try JSONParser.parse(text) }

    static func accepted(state: String = "queued", replayed: Bool = false) -> JSONValue {
        ["id": .string(id), "type": "CREATE_RESOURCE", "state": .string(state), "idempotencyKey": "k-1", "replayed": .bool(replayed)]
    }

    static func queued() throws -> JSONValue {
        try json(
            """
            {"id":"\(otherID)","type":"DELETE_RESOURCE","client":"studio","state":"queued","idempotencyKey":"k-2",
             "acceptedAt":"2026-11-21T08:59:30.000Z","attempt":0,"maximumAttempts":8,"payload":{}}
            """)
    }

    static func succeeded() throws -> JSONValue {
        try json(
            """
            {"id":"\(id)","type":"CREATE_RESOURCE","client":"dashboard","state":"succeeded","idempotencyKey":"k-1","attempt":1,
             "confirmation":{"type":"RESOURCE_CREATED","seq":43,"id":"\(id)","payload":{"name":"Project_001","path":"/p/1","shots":2}}}
            """)
    }

    static func failed() throws -> JSONValue {
        try json(
            #"""
            {"id":"\#(id)","type":"CREATE_RESOURCE","client":"dashboard","origin":"https://studio.example","state":"failed",
             "idempotencyKey":"k-1","action":"create-resource","rule":"default.yaml:4","payload":{"name":"Project_001"},
             "acceptedAt":"2026-11-21T08:55:00.000Z","finalAt":"2026-11-21T08:56:00.500Z","attempt":2,"maximumAttempts":8,
             "error":{"code":"exit_status","message":"git ended with 128","retryable":false},
             "confirmation":{"type":"CREATE_RESOURCE_FAILED","seq":44,"error":{"code":"exit_status","message":"git ended with 128","retryable":false}},
             "attempts":[
               {"number":1,"startedAt":"2026-11-21T08:55:00.010Z","endedAt":"2026-11-21T08:55:00.060Z","outcome":"failed",
                "error":{"code":"timeout","message":"took longer than 30s"}},
               {"number":2,"startedAt":"2026-11-21T08:55:30.000Z","endedAt":"2026-11-21T08:56:00.500Z","outcome":"failed",
                "error":{"code":"exit_status","message":"git ended with 128"},
                "output":[{"stream":"stdout","text":"begin"},{"stream":"stderr","text":"fatal: \u001b[31mno\n"}]}],
             "steps":[{"id":"project","attempt":1,"result":{"path":"/p/1"}}]}
            """#)
    }

    static func status() throws -> JSONValue {
        try json(
            """
            {"version":"1.2.0","startedAt":"2026-11-20T08:00:00.000Z","uptime":90000.5,"pid":812,"home":"/h",
             "listen":["127.0.0.1:7420","[::1]:7420"],"queue":{"queued":1,"running":2,"retrying":0,"waiting":0},
             "finals":{"succeeded":12,"failed":1,"cancelled":0,"expired":0,"unknown":1},"oldestQueuedAt":"2026-11-21T08:57:00.000Z",
             "connections":3,"clients":[{"client":"dashboard","connections":2},{"client":"studio","connections":1}],
             "actions":{"loaded":1,"errors":[{"location":"actions/a.yaml:3:1","message":"no such key"}]},
             "policies":{"rules":2,"errors":[]}}
            """)
    }

    static func tokens() throws -> JSONValue {
        try json(
            """
            {"tokens":[
             {"id":"t1","client":"dashboard","label":"desk","origins":["https://studio.example"],"createdAt":"2026-11-01T00:00:00.000Z",
              "expiresAt":"2027-01-30T00:00:00.000Z","lastUsedAt":"2026-11-21T08:59:00.000Z","rate":"60/10s","singleSession":true},
             {"id":"t2","client":"farm","origins":[],"createdAt":"2026-01-01T00:00:00.000Z","expiresAt":"2026-04-01T00:00:00.000Z","singleSession":false},
             {"id":"t3","client":"kiosk","origins":[],"createdAt":"2026-11-01T00:00:00.000Z","expiresAt":"2027-01-30T00:00:00.000Z",
              "revokedAt":"2026-11-20T00:00:00.000Z","singleSession":false}]}
            """)
    }
}
