import DeskbridgeCore

/// A template in the first line, and a value in the rest: what is made of them as a name stays one name.
enum TemplateFuzzing {
    private static let scope = TemplateScope([
        "text": FieldDeclaration(.string), "number": FieldDeclaration(.integer), "flag": FieldDeclaration(.boolean),
        "secret": FieldDeclaration(.string, isSecret: true), "date": FieldDeclaration(.timestamp),
        "list": FieldDeclaration(.any),
    ])

    static func take(_ bytes: [UInt8]) {
        let (source, rest) = bytes.lines
        let text = String(decoding: rest, as: UTF8.self)
        guard let template = try? Template(source, at: SourceLocation(file: "fuzz", line: 1, column: 1), in: scope) else { return }
        let fields = FieldValues(
            parameters: [
                "text": .string(text), "number": .integer(Int64(rest.count)), "flag": true, "secret": .string("s3cr3t-value"),
                "list": .array([.string(text)]),
            ],
            secretNames: ["secret"], date: Timestamp(milliseconds: 1_763_715_845_067))
        guard let rendered = try? template.render(fields) else { return }
        let isOwnWork = source.contains("s3c") || text.contains("s3c")
        precondition(!rendered.shown.contains("s3cr3t-value") || isOwnWork, "the secret is shown: \(rendered.shown)")
        guard let name = try? SegmentName(rendered) else { return }
        precondition(!name.text.isEmpty && name.text.utf8.count <= 240, "no name: \(name.text)")
        precondition(!name.text.utf8.contains { $0 == 0 || $0 == UInt8(ascii: "/") }, "no name: \(name.text)")
        // A dot that the action wrote itself may stand there: `.gitignore`.
        precondition(!name.text.hasPrefix(".") || !rendered.startsWithField, "no name: \(name.text)")
        precondition(!name.text.allSatisfy { $0 == "." }, "no name: \(name.text)")
    }
}
