import DeskbridgeCore
import HTTPTypes
import Testing

@testable import DeskbridgeServer

@Suite struct PreferWaitTests {
    private func headers(_ values: [String]) -> HTTPFields {
        var headers = HTTPFields()
        for value in values { headers.append(HTTPField(name: .prefer, value: value)) }
        return headers
    }

    @Test(
        arguments: [
            (values: [], seconds: nil), (["wait=10"], 10), (["WAIT=10"], 10), (["wait = 10"], 10), (["wait=\"10\""], 10), (["wait=0"], 0),
            (["wait=60"], 60), (["wait=61"], 60), (["wait=999999"], 60), (["respond-async, wait=10"], 10),
            (["respond-async", "wait=7"], 7),
            (["wait=3, wait=9"], 3), (["wait=3", "wait=9"], 3), (["wait=5; foo=bar"], 5), (["return=minimal"], nil), (["waiting=5"], nil),
            ([""], nil), ([","], nil),
        ] as [(values: [String], seconds: Int?)])
    func theWaitIsRead(values: [String], seconds: Int?) throws {
        let wait = try PreferWait(headers(values))
        #expect(wait.duration == seconds.map { .seconds($0) })
        if let seconds { #expect(wait.applied == "wait=\(seconds)") }
    }

    @Test(arguments: ["wait", "wait=", "wait=-1", "wait=1.5", "wait=ten", "wait=99999999999999999999"])
    func whatIsNoNumberOfSecondsIsRefused(value: String) {
        #expect(throws: Problem.self) { try PreferWait(headers([value])) }
    }
}
