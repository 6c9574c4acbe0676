import DeskbridgeCommands
import DeskbridgeCore
import Testing

@Suite struct RenderingTests {
    private let terminal = TestTerminal().terminal()

    @Test func eventsAreListedWithWhatIsWrongWithThem() throws {
        var retrying = try Samples.failed().objectValue ?? [:]
        retrying["state"] = "retrying"
        retrying["dueAt"] = "2026-11-21T09:00:30.000Z"
        let events = try [RemoteEvent(Samples.queued()), RemoteEvent(Samples.failed()), RemoteEvent(.object(retrying))]
        #expect(
            EventTable.text(events, on: terminal) == """
                ID                                    STATE     TYPE             CLIENT     ACCEPTED  TRY  NOTE
                01936d2e-7c1a-7b5e-9d3f-0a1b2c3d4e60  queued    DELETE_RESOURCE  studio      30s ago
                01936d2e-7c1a-7b5e-9d3f-0a1b2c3d4e5f  failed    CREATE_RESOURCE  dashboard    5m ago  2/8  exit_status: git ended with 128
                01936d2e-7c1a-7b5e-9d3f-0a1b2c3d4e5f  retrying  CREATE_RESOURCE  dashboard    5m ago  2/8  next in 30s; exit_status: git ended with 128

                """)
    }

    @Test func oneEventIsShownWithItsWholeStory() throws {
        #expect(
            try EventDetails.text(RemoteEvent(Samples.failed()), on: terminal, of: .plain()) == #"""
                Event      01936d2e-7c1a-7b5e-9d3f-0a1b2c3d4e5f
                Type       CREATE_RESOURCE
                State      failed
                Attempts   2 of 8
                Client     dashboard, from https://studio.example
                Key        k-1
                Action     create-resource
                Rule       default.yaml:4
                Accepted   2026-11-21T08:55:00.000Z (5m ago)
                Ended      2026-11-21T08:56:00.500Z (3m ago)
                Error      exit_status: git ended with 128
                Confirmed  CREATE_RESOURCE_FAILED, number 44

                Payload
                  {
                    "name": "Project_001"
                  }

                STEP     TRY  RESULT
                project    1  {"path":"/p/1"}

                TRY  STARTED                   TOOK  OUTCOME  ERROR
                  1  2026-11-21T08:55:00.010Z  50ms  failed   timeout: took longer than 30s
                  2  2026-11-21T08:55:30.000Z   30s  failed   exit_status: git ended with 128

                Output of the last attempt
                  out | begin
                  err | fatal: \u{1B}[31mno

                """#)
    }

    @Test func attemptsThatEndedInAWaitDoNotCount() throws {
        var members = try Samples.queued().objectValue ?? [:]
        members.merge(["attempt": 7, "attemptsUsed": 2]) { _, new in new }
        let event = try RemoteEvent(.object(members))
        #expect(EventTable.text([event], on: terminal).contains(" 2/8"))
        #expect(try EventDetails.text(event, on: terminal, of: .plain()).contains("Attempts  2 of 8, 7 in all"))
    }

    @Test func anEventWithFewMembersIsShownAllTheSame() throws {
        let event = try RemoteEvent(["id": "x", "state": "queued"])
        #expect(try EventDetails.text(event, on: terminal, of: .plain()) == "Event     x\nState     queued\nAttempts  0\n")
    }

    @Test func theDaemonIsSummedUp() throws {
        #expect(
            try StatusReport.text(BridgeStatus(Samples.status()), on: terminal, of: .plain()) == """
                Deskbridge   1.2.0, running for 1d 1h (pid 812)
                Home         /h
                Listening    127.0.0.1:7420, [::1]:7420
                Queue        1 queued, 2 running, 0 retrying, 0 waiting; the oldest since 3m ago
                Ended        12 succeeded, 1 failed, 0 cancelled, 0 expired, 1 unknown
                Connections  3 (dashboard 2, studio 1)
                Actions      1 action, 1 mistake; what was in force before stays
                             actions/a.yaml:3:1: no such key
                Policies     2 rules
                1 event waits for your decision: deskbridge queue list --state unknown

                """)
    }

    @Test func theOutcomeOfASuccessIsItsConfirmation() throws {
        #expect(
            EventOutcome.text(try RemoteEvent(Samples.succeeded()), on: terminal) == """
                RESOURCE_CREATED
                  name   Project_001
                  path   /p/1
                  shots  2

                """)
    }

    @Test func theOutcomeOfAFailureIsItsReason() throws {
        #expect(
            EventOutcome.text(try RemoteEvent(Samples.failed()), on: terminal)
                == "CREATE_RESOURCE_FAILED\n  error  exit_status: git ended with 128\n")
    }

    @Test(
        arguments: [
            (
                "state", "",
                #"{"type":"state","id":"e","eventType":"A_B","before":"queued","after":"running","timestamp":"2026-11-21T08:00:00.000Z"}"#,
                ["08:00:00  A_B  e  queued -> running"]
            ),
            ("state", "", #"{"type":"state","id":"e","eventType":"A_B","before":null,"after":"queued"}"#, ["09:00:00  A_B  e  queued"]),
            ("confirmation", "43", #"{"type":"DONE","id":"e","payload":{"a":1}}"#, [##"09:00:00  DONE  e  #43 {"a":1}"##]),
            ("confirmation", "44", #"{"type":"X_FAILED","id":"e","error":{"message":"no"}}"#, ["09:00:00  X_FAILED  e  #44 no"]),
            ("authenticated", "", #"{"type":"authenticated"}"#, []),
            (
                "output", "", #"{"id":"e","stream":"stderr","lines":["a","b\u0007"],"dropped":3}"#,
                [
                    "09:00:00  output  e      | (3 lines left out: they came faster than they could be sent)",
                    "09:00:00  output  e  err | a",
                    #"09:00:00  output  e  err | b\u{7}"#,
                ]
            ),
            ("status", "", #"{"queue":{"queued":1,"running":0}}"#, ["09:00:00  status  queued 1, running 0"]),
            ("later", "", #"{"a":1}"#, [#"09:00:00  later  {"a":1}"#]),
        ] as [(String, String, String, [String])])
    func eachMessageOfTheStreamIsALine(name: String, id: String, data: String, lines: [String]) throws {
        let message = try StreamMessage(ServerSentEvent(id: id, name: name, data: data))
        #expect(StreamLines.text(message, on: terminal) == lines)
    }

    @Test func aStateThisVersionDoesNotKnowIsAnError() {
        #expect(throws: ControlError.unexpectedAnswer("the state \"paused\" of an event")) {
            try RemoteEvent(["id": "x", "state": "paused"])
        }
    }

    @Test func aTokensSecretStaysOutOfDescriptions() throws {
        let token = try IssuedToken(["id": "t1", "token": "dbt_secret", "client": "a"])
        #expect("\(token)" == "token t1 <redacted>")
    }
}
