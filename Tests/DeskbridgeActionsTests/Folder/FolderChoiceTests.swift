import DeskbridgeCore
import Testing

@testable import DeskbridgeActions

struct FolderChoiceTests {
    private static let cases: [([String], ExistingFolderRule, Set<String>, FolderChoice)] = [
        ([], .reuse, [], .make("p")), ([], .fail, [], .make("p")), ([], .suffix, [], .make("p")),
        (["q", "p_2"], .suffix, [], .make("p")), (["p"], .reuse, [], .reuse), (["p"], .fail, [], .exists),
        (["p"], .suffix, [], .make("p_2")),
        (["p", "p_2", "p_4"], .suffix, [], .make("p_3")), (["P"], .reuse, [], .collides(with: "P")),
        (["P"], .fail, [], .collides(with: "P")),
        (["P"], .suffix, [], .make("p_2")), (["p", "P_2"], .suffix, [], .make("p_3")), (["P", "p"], .reuse, [], .reuse),
        (["p"], .reuse, ["p"], .alreadyMade("p")), (["p"], .fail, ["p"], .alreadyMade("p")), (["p"], .suffix, ["p"], .alreadyMade("p")),
        (["p", "p_2"], .suffix, ["p_2"], .alreadyMade("p_2")),
        // Ours stays ours though a name before it has become free.
        (["p", "p_3"], .suffix, ["p_3"], .alreadyMade("p_3")), (["p_3"], .suffix, ["p_3"], .alreadyMade("p_3")),
        // A numbered name means nothing where no numbers are put.
        (["p", "p_2"], .reuse, ["p_2"], .reuse), (["P"], .reuse, ["P"], .collides(with: "P")),
        (["p"] + (2...999).map { "p_\($0)" }, .suffix, [], .usedUp), (["p"] + (2...998).map { "p_\($0)" }, .suffix, [], .make("p_999")),
    ]

    @Test(arguments: cases)
    func theNamesThatAreThereDecide(_ siblings: [String], _ rule: ExistingFolderRule, _ ours: Set<String>, _ expected: FolderChoice) throws
    {
        let name = try SegmentName(RenderedText(literal: "p"))
        #expect(FolderChoice(name, among: siblings, rule) { ours.contains($0) } == expected)
    }

    @Test func namesOfAnotherNormalFormCollide() throws {
        let name = try SegmentName(RenderedText(literal: "é"))
        #expect(FolderChoice(name, among: ["e\u{301}"], .reuse) { _ in true } == .collides(with: "e\u{301}"))
    }
}
