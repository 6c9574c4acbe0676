import DeskbridgeCore
import Testing

struct EventIDTests {
    private struct Fixed: RandomNumberGenerator {
        var value: UInt64
        mutating func next() -> UInt64 { value }
    }

    @Test(
        arguments: [
            (0, 0, "00000000-0000-7000-8000-000000000000"), (1_763_715_845_067, UInt64.max, "019aa5a8-0bcb-7fff-bfff-ffffffffffff"),
            (1_763_715_845_067, 0, "019aa5a8-0bcb-7000-8000-000000000000"),
        ] as [(Int64, UInt64, String)])
    func timeVersionAndVariantHaveTheirPlaces(_ milliseconds: Int64, random: UInt64, text: String) {
        var generator = Fixed(value: random)
        let id = EventID(at: Timestamp(milliseconds: milliseconds), using: &generator)
        #expect(id.text == text)
        #expect(EventID(id.text) == id)
    }

    @Test func idsSortByTheTimeTheyWereMade() {
        let times: [Int64] = [-5, 1, 2, 1000, 1_763_715_845_067, 1_763_715_845_068]
        let ids = times.map { EventID(at: Timestamp(milliseconds: $0)).text }
        #expect(ids == ids.sorted())
    }

    @Test func idsOfOneMomentDiffer() {
        let ids = (0..<1000).map { _ in EventID(at: Timestamp(milliseconds: 5)) }
        #expect(Set(ids).count == 1000)
    }

    @Test(arguments: [
        "", "019aa5b2-afcb-7fff-bfff-fffffffffff", "019aa5b2-afcb-7fff-bfff-fffffffffffff", "019AA5B2-afcb-7fff-bfff-ffffffffffff",
        "019aa5b2afcb7fffbfffffffffffffffffff",
        "019aa5b2-afcb-7fff-bfff-ffffffffff g", "019aa5b2-afcb-7fff-bfff_ffffffffffff", "../../../../etc/passwd/xxxxxxxxxxxxxx",
        "٠19aa5b2-afcb-7fff-bfff-fffffffffff",
    ])
    func otherTextsAreNoIDs(_ text: String) { #expect(EventID(text) == nil) }
}
