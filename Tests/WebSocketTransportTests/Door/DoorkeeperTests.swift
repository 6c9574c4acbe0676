import CLinux
import DeskbridgeTestSupport
import Glibc
import Synchronization
import Testing

@testable import WebSocketTransport

/// The door with real sockets.
@Suite(.timeLimit(.minutes(1)))
struct DoorkeeperTests {
    /// A door that is open while the test runs.
    private final class Door: Sendable {
        let port: UInt16
        let keeper: Doorkeeper
        let errors = Mailbox<Int32>()

        init(places: Int = 100, patience: Duration = .seconds(600), burst: Int = 100, judge: @escaping Doorkeeper.Judge) throws {
            let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let isOpen = withUnsafeMutableBytes(of: &name) { bytes in
                let address = bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
                return bind(listener, address, length) == 0 && getsockname(listener, address, &length) == 0 && listen(listener, 1024) == 0
            }
            try #require(isOpen)
            port = UInt16(bigEndian: name.sin_port)
            var limits = Doorkeeper.Limits(places: places, patience: patience)
            limits.admissions = (perSecond: 1, burst: burst)
            keeper = try Doorkeeper(
                listeners: [listener], limits: limits, judge: judge, isExhausted: { [errors] in errors.put($0) }, makeRoom: {})
            try keeper.open()
        }

        func connect(_ text: String) throws -> TCPConnection {
            let connection = try TCPConnection(port: Int(port))
            connection.send(text)
            return connection
        }

        /// The next that comes in, and what it has sent.
        func next() async throws -> (descriptor: Int32, text: String) {
            var admitted = keeper.admitted.makeAsyncIterator()
            let descriptor = try #require(await admitted.next())
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            return (descriptor, String(decoding: bytes.prefix(max(0, count)), as: UTF8.self))
        }
    }

    private static func head(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n" }

    @Test func halfOfTheDescriptorsAreLeftToThoseInside() {
        var descriptors = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &descriptors)
        #expect(Doorkeeper.Limits(places: .max, patience: .seconds(1)).places == Int(clamping: descriptors.rlim_cur / 2))
        #expect(Doorkeeper.Limits(places: 2, patience: .seconds(1)).places == 2)
    }

    @Test func whoComesInHasLostNoByte() async throws {
        let door = try Door { _ in .known }
        let text = Self.head("/a") + "and more"
        let caller = try door.connect(text)
        let (descriptor, got) = try await door.next()
        #expect(got == text)
        close(descriptor)
        #expect(await caller.rest().isEmpty)
        caller.close()
        door.keeper.close()
    }

    @Test func whoIsKnownOvertakesAllStrangers() async throws {
        let door = try Door(burst: 1) { $0.path == "/known" ? .known : .stranger }
        var strangers = [try door.connect(Self.head("/first"))]
        let first = try await door.next()
        #expect(first.text.contains("/first"))
        for _ in 0..<50 { strangers.append(try door.connect(Self.head("/stranger"))) }
        let caller = try door.connect(Self.head("/known"))
        var others: [Int32] = []
        while true {
            let (descriptor, text) = try await door.next()
            others.append(descriptor)
            if text.contains("/known") { break }
        }
        // At most one a second of the others comes in.
        #expect(others.count < 40)
        for descriptor in others + [first.descriptor] { close(descriptor) }
        for stranger in strangers + [caller] { stranger.close() }
        door.keeper.close()
    }

    @Test func aRefusalIsReadToItsEndEvenByWhoSentABody() async throws {
        let answer = DoorAnswer.text("429 Too many requests", body: Array("wait".utf8))
        let door = try Door { _ in .refused(answer) }
        let caller = try door.connect("POST / HTTP/1.1\r\nContent-Length: 60000\r\n\r\n" + String(repeating: "x", count: 60_000))
        #expect(await caller.rest() == answer)
        caller.close()
        door.keeper.close()
    }

    @Test func whoLeavesIsForgottenAndTheNextFindsRoom() async throws {
        let door = try Door(places: 2) { _ in .known }
        for _ in 0..<20 { try door.connect("GET / HT").close() }
        let caller = try door.connect(Self.head("/still"))
        let (descriptor, text) = try await door.next()
        #expect(text.contains("/still"))
        close(descriptor)
        caller.close()
        door.keeper.close()
    }

    @Test func aHeadInPiecesComesInWhenItIsWhole() async throws {
        let judged = Mutex(0)
        let door = try Door { _ in
            judged.withLock { $0 += 1 }
            return .known
        }
        let caller = try door.connect("")
        for piece in Self.head("/pieces") { caller.send(String(piece)) }
        let (descriptor, text) = try await door.next()
        #expect(text.hasPrefix("GET /pieces HTTP/1.1\r\n") && judged.withLock { $0 } == 1)
        close(descriptor)
        caller.close()
        door.keeper.close()
    }

    @Test func aSlowHeadIsAnswered408AndASilentCallerIsClosed() async throws {
        let door = try Door(patience: .milliseconds(100)) { _ in .known }
        let silent = try door.connect("")
        let slow = try door.connect("GET / HTTP/1.1\r\nX:")
        #expect(await silent.rest().isEmpty)
        #expect(String(decoding: await slow.rest(), as: UTF8.self).hasPrefix("HTTP/1.1 408 "))
        silent.close()
        slow.close()
        door.keeper.close()
    }

    @Test func whoseTurnDoesNotComeIsTold() async throws {
        let door = try Door(patience: .milliseconds(200), burst: 1) { _ in .stranger }
        let first = try door.connect(Self.head("/first"))
        let entered = try await door.next()
        let second = try door.connect(Self.head("/second"))
        let answer = String(decoding: await second.rest(), as: UTF8.self)
        #expect(answer.hasPrefix("HTTP/1.1 503 ") && answer.contains("Retry-After: 1\r\n"))
        close(entered.descriptor)
        first.close()
        second.close()
        door.keeper.close()
    }

    @Test func aClosedDoorSendsEverybodyAway() async throws {
        let door = try Door { _ in .known }
        let silent = try door.connect("")
        // It has been seen when one that came later is inside.
        let later = try door.connect(Self.head("/"))
        let entered = try await door.next()
        door.keeper.close()
        #expect(await silent.rest().isEmpty)
        for await _ in door.keeper.admitted {}
        #expect(throws: (any Error).self) { try TCPConnection(port: Int(door.port)) }
        close(entered.descriptor)
        silent.close()
        later.close()
    }
}
