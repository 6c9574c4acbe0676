import HTTPTypes
import NIOCore
import NIOHTTPTypes

@testable import WebSocketTransport

/// The bytes of one client, the requests that got through, and the answers to them.
struct HTTPExchange {
    struct Seen: Equatable {
        var head: HTTPRequest
        var body: [UInt8] = []
        var isWhole = false
    }

    private(set) var requests: [Seen] = []
    /// The status codes of the answers, without those that only say to go on.
    private(set) var answers: [Int] = []
    private let side = HTTPSide()
    private var owed = 0
    private var isUpgraded = false

    init(_ pieces: [ArraySlice<UInt8>], answersAtOnce: Bool) {
        defer { side.end() }
        for piece in pieces where !isUpgraded {
            side.receive(piece)
            goOn(answering: answersAtOnce)
        }
        goOn(answering: true)
        readAnswers(side.sent()[...])
    }

    private mutating func goOn(answering: Bool) {
        var isStuck = false
        while !isStuck {
            isStuck = true
            while let part = side.passedOn() {
                note(part)
                isStuck = false
                if answering { answerAll() }
            }
            if answering, owed > 0 {
                answerAll()
                isStuck = false
            }
            if !isUpgraded, (try? side.gate.upgrade(headers: [:])) != nil { isUpgraded = true }
        }
    }

    private mutating func answerAll() {
        while owed > 0 {
            side.answer()
            owed -= 1
        }
    }

    private mutating func note(_ part: HTTPRequestPart) {
        switch part {
        case .head(let head):
            promise(requests.last?.isWhole ?? true, "a request begins within another one")
            requests.append(Seen(head: head))
        case .body(let bytes): requests[requests.count - 1].body += bytes.readableBytesView
        case .end:
            requests[requests.count - 1].isWhole = true
            owed += 1
        }
    }

    /// Each answer is whole, each but an upgrade has a length, and one that says it is the last one is.
    private mutating func readAnswers(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        var isLast = false
        while !rest.isEmpty {
            let shown = String(decoding: bytes, as: UTF8.self)
            promise(!isLast, "an answer behind the last one: \(shown)")
            guard let end = rest.firstRange(of: Array("\r\n\r\n".utf8)) else { return promise(false, "no whole answer: \(shown)") }
            let lines = String(decoding: rest[..<end.lowerBound], as: UTF8.self).lowercased().split(separator: "\r\n").map(String.init)
            rest = rest[end.upperBound...]
            let status = lines.first.flatMap { Int($0.dropFirst(9).prefix(3)) } ?? 0
            promise(lines.first?.hasPrefix("http/1.") == true && (100...599).contains(status), "no HTTP: \(shown)")
            if status == 100 { continue }
            answers.append(status)
            if status == 101 { return promise(isUpgraded, "an upgrade nobody asked for: \(shown)") }
            let length = lines.compactMap { $0.hasPrefix("content-length: ") ? Int($0.dropFirst(16)) : nil }
            promise(length.count == 1 && rest.count >= length[0], "no length: \(shown)")
            rest = rest.dropFirst(length[0])
            isLast = lines.contains("connection: close")
        }
        promise(answers.count <= requests.count + 1, "\(answers.count) answers to \(requests.count) requests")
    }
}
