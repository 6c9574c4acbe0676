import DeskbridgeCore
import Testing

@testable import DeskbridgeActions

struct ExitCodeRulesTests {
    private func rules(_ yaml: String?) throws -> ExitCodeRules {
        try ExitCodeRules(parsing: yaml.map { text throws(DefinitionError) in try YAMLParser.parse(text, file: "f") })
    }

    private static let cases: [(String?, Int, String)] = [
        (nil, 0, "success"), (nil, 1, "retry"), (nil, 2, "retry"), (nil, 75, "retry"), (nil, 255, "retry"),
        (nil, 64, "permanent"), (nil, 65, "permanent"), (nil, 66, "permanent"), (nil, 77, "permanent"), (nil, 78, "permanent"),
        (nil, 126, "permanent"), (nil, 127, "permanent"), (nil, 69, "retry"), (nil, 128, "retry"),
        ("success: [0, 1]", 1, "success"), ("success: [0, 1]", 2, "retry"), ("success: [64]", 64, "success"),
        ("success: [1]", 0, "retry"),
        ("permanent: [3]", 3, "permanent"), ("permanent: [3]", 64, "retry"), ("permanent: [3]", 75, "retry"),
        ("permanent: \"*\"", 1, "permanent"), ("permanent: \"*\"", 75, "retry"), ("permanent: \"*\"", 0, "success"),
        ("{permanent: \"*\", retry: [4]}", 4, "retry"), ("{permanent: \"*\", retry: [4]}", 75, "permanent"),
        ("retry: \"*\"", 127, "retry"), ("{retry: \"*\", permanent: [9]}", 9, "permanent"),
        ("retry: [127]", 127, "retry"), ("retry: [127]", 126, "permanent"), ("retry: [127]", 75, "retry"), ("retry: []", 75, "retry"),
        ("permanent: []", 127, "retry"), ("retry: [0]", 0, "retry"), ("permanent: [75]", 75, "permanent"),
    ]

    @Test(arguments: cases)
    func aCodeMeansWhatIsWritten(yaml: String?, code: Int, meaning: String) throws {
        #expect(try rules(yaml).meaning(of: code).rawValue == meaning)
    }

    @Test func theRulesAreShownWhole() throws {
        #expect(
            ExitCodeRules.standard.shown.text
                == #"{"success":[0],"retry":[75],"permanent":[64,65,66,77,78,126,127],"others":"retry"}"#)
        #expect(
            try rules("{success: [2, 0], permanent: \"*\"}").shown.text
                == #"{"success":[0,2],"retry":[75],"permanent":[],"others":"permanent"}"#)
    }
}
