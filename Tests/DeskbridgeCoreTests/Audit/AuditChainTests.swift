import Testing

@testable import DeskbridgeCore

struct AuditChainTests {
    private static let moment = Timestamp(milliseconds: 1_795_251_600_123)

    private static func entry(_ number: Int) -> AuditEntry {
        let actor = AuditActor(
            client: ClientName("dashboard"), identity: .token, token: "t-\(number)", entrance: .webSocket, origin: "https://studio.example")
        return AuditEntry(
            "submit", "accepted", at: moment + .seconds(number), by: actor, subject: "event-\(number)", owner: .local,
            type: EventType("CREATE_RESOURCE"), rule: "policies/default.yaml:3", plan: String(repeating: "0f", count: 32), detail: "a \"b\" é\n")
    }

    private static func chain(_ count: Int = 8, after anchor: AuditMark? = nil) -> [AuditRecord] {
        var records: [AuditRecord] = []
        for number in 1...count {
            let seq = (anchor?.seq ?? 0) + Int64(number)
            records.append(AuditRecord(entry(number), seq: seq, after: records.last?.hash ?? anchor?.hash ?? AuditRecord.origin))
        }
        return records
    }

    private func flaws(
        _ records: [AuditRecord], anchor: AuditMark? = nil, marks: [AuditMark] = [], lastSeq: Int64? = nil, isPart: Bool = false
    ) -> [AuditFlaw] {
        var chain = AuditChain(anchor: anchor, isPart: isPart, marks: marks)
        for record in records { chain.read(record) }
        chain.finish(lastSeq: lastSeq)
        return chain.flaws
    }

    /// Reads lines as `audit verify --file` does.
    private func flaws(lines: [String]) -> [AuditFlaw] {
        var chain = AuditChain(anchor: nil)
        for (index, line) in lines.enumerated() {
            if let record = AuditRecord(line: line) { chain.read(record) } else { chain.noteUnreadable(line: index + 1) }
        }
        chain.finish()
        return chain.flaws
    }

    @Test func aRecordHasOneSpelling() {
        let record = Self.chain(1)[0]
        let zeros = String(repeating: "0", count: 64)
        let plan = String(repeating: "0f", count: 32)
        #expect(
            record.text == #"{"seq":1,"previous":"\#(zeros)","at":"2026-11-21T09:00:01.123Z","identity":"token","client":"dashboard","#
                + #""token":"t-1","entrance":"websocket","origin":"https://studio.example","verb":"submit","subject":"event-1","#
                + #""owner":"local","type":"CREATE_RESOURCE","rule":"policies/default.yaml:3","plan":"\#(plan)","outcome":"accepted","#
                + #""detail":"a \"b\" é\n"}"#)
        #expect(record.hash == AuditRecord.hash(of: record.text))
        #expect(record.line == "\(record.text.dropLast()),\"hash\":\"\(AuditRecord.hexadecimal(record.hash))\"}")
        #expect(AuditRecord(line: record.line) == record)
        // sha256sum of the bytes `{"seq":1}`.
        #expect(
            AuditRecord.hexadecimal(AuditRecord.hash(of: #"{"seq":1}"#))
                == "b41e95c43f388d561b146326d84e3a6b9e31c4ef32ab97c04774c31aada3246a")
    }

    @Test func aWholeChainHasNoFlaw() {
        #expect(flaws(Self.chain()) == [])
        #expect(flaws(Self.chain(), lastSeq: 8) == [])
        #expect(flaws([]) == [])
        #expect(flaws(lines: Self.chain().map(\.line)) == [])
        #expect(flaws(Array(Self.chain()[3...]), isPart: true) == [])
    }

    @Test(arguments: 0..<3) func everyByteOfEveryRecordCounts(record: Int) {
        let lines = Self.chain(3).map(\.line)
        let bytes = Array(lines[record].utf8)
        for position in bytes.indices {
            for flip: UInt8 in [0x01, 0x20] {
                var changed = bytes
                changed[position] ^= flip
                var tampered = lines
                tampered[record] = String(decoding: changed, as: UTF8.self)
                #expect(flaws(lines: tampered) != [], "byte \(position)")
            }
        }
    }

    /// Each value is changed and its record hashed anew, as somebody would who knows how: the next record gives it away.
    @Test(arguments: ["seq", "previous", "at", "identity", "client", "origin", "verb", "subject", "owner", "type", "rule", "plan", "outcome", "detail"])
    func aForgedValueIsFoundThoughItsRecordWasHashedAnew(name: String) throws {
        var records = Self.chain()
        var members = try #require(JSONParser.parse(records[3].text).objectValue)
        members[name] = name == "seq" ? 40 : .string("forged")
        let text = JSONValue.object(members).text
        records[3] = AuditRecord(seq: 4, text: text, hash: AuditRecord.hash(of: text))
        #expect(flaws(records).contains(.detached(5)))
    }

    @Test(arguments: 0..<7) func aMissingRecordIsFound(index: Int) {
        var records = Self.chain()
        records.remove(at: index)
        #expect(flaws(records) == [.missing(Int64(index + 1)...Int64(index + 1))])
    }

    @Test func severalMissingRecordsAreOneFlaw() {
        var records = Self.chain()
        records.removeSubrange(2..<5)
        #expect(flaws(records) == [.missing(3...5)])
        #expect(flaws(records)[0].description == "records 3 to 5 are missing")
    }

    @Test(arguments: 0..<7) func twoSwappedRecordsAreFound(index: Int) {
        var records = Self.chain()
        records.swapAt(index, index + 1)
        #expect(flaws(records).contains(.misplaced(Int64(index + 1))))
    }

    @Test(arguments: 0..<8) func aRecordThatStandsTwiceIsFound(index: Int) {
        var records = Self.chain()
        records.insert(records[index], at: index)
        #expect(flaws(records) == [.misplaced(Int64(index + 1))])
    }

    @Test(arguments: 0..<7) func aRecordPutInIsFoundEvenIfAllAfterItAreNumberedAnew(index: Int) {
        var records = Array(Self.chain()[...index])
        records.append(AuditRecord(Self.entry(99), seq: Int64(index + 2), after: records[index].hash))
        for record in Self.chain()[(index + 1)...] { records.append(AuditRecord(seq: record.seq + 1, text: record.text, hash: record.hash)) }
        #expect(flaws(records).contains(.detached(Int64(index + 3))))
        #expect(flaws(records).contains(.misnumbered(Int64(index + 3))))
    }

    @Test func aMissingEndIsFoundByTheNumberThatWasGivenLast() {
        let records = Array(Self.chain()[..<5])
        #expect(flaws(records) == [], "without the number nothing tells of the end")
        #expect(flaws(records, lastSeq: 8) == [.missing(6...8)])
        #expect(flaws([], lastSeq: 8) == [.missing(1...8)])
    }

    /// A chain that was made anew from its beginning is whole in itself: only what was noted elsewhere tells.
    @Test func aChainMadeAnewIsFoundByAMark() throws {
        let mark = AuditMark(seq: 6, hash: Self.chain()[5].hash)
        var forged: [AuditRecord] = []
        for number in 1...8 {
            forged.append(AuditRecord(Self.entry(number * 2), seq: Int64(number), after: forged.last?.hash ?? AuditRecord.origin))
        }
        #expect(flaws(forged) == [])
        #expect(flaws(forged, marks: [mark]) == [.unknownMark(mark)])
        #expect(flaws(Self.chain(), marks: [mark]) == [])
        #expect(flaws(Array(Self.chain()[..<5]), marks: [mark]) == [.unknownMark(mark)])
        #expect(AuditMark(mark.description) == mark)
        for text in ["", "6", "6:", ":\(AuditRecord.hexadecimal(mark.hash))", "0:\(AuditRecord.hexadecimal(mark.hash))", "6:\(String(repeating: "F", count: 64))"] {
            #expect(AuditMark(text) == nil)
        }
    }

    @Test func whatWasPrunedIsNotMissing() throws {
        let anchor = AuditMark(seq: 3, hash: Self.chain()[2].hash)
        var records = Array(Self.chain()[3...])
        records.append(
            AuditRecord(
                AuditEntry(AuditChain.pruning, "done", at: Self.moment, by: .bridge, detail: anchor.description), seq: 9, after: records[4].hash))
        #expect(flaws(records, anchor: anchor) == [])
        // More was taken away than the pruning says, and the beginning made to fit.
        let later = AuditMark(seq: 4, hash: records[0].hash)
        #expect(flaws(Array(records[1...]), anchor: later) == [.wrongAnchor])
        #expect(flaws(records) == [.missing(1...3)])
        #expect(flaws(Self.chain(5, after: anchor), anchor: anchor) == [.wrongAnchor], "nothing says that there was a pruning")
    }

    @Test func whatStrangersWriteIsCut() throws {
        let actor = AuditActor(client: nil, identity: .nobody, entrance: .http, origin: String(repeating: "x", count: 60_000))
        let record = AuditRecord(AuditEntry("sign_in", "denied", at: Self.moment, by: actor), seq: 1, after: AuditRecord.origin)
        #expect(record.text.utf8.count < 600)
    }

    @Test(arguments: ["", "{}", "[]", "x", #"{"seq":1,"hash":"00"}"#, #"{"hash":"\#(String(repeating: "0", count: 64))"}"#])
    func whatIsNoRecordIsUnreadable(line: String) { #expect(AuditRecord(line: line) == nil) }
}
