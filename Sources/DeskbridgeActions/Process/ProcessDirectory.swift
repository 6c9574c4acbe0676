import DeskbridgeCore

/// The working directory of a process, or another folder that matters to it.
struct ProcessDirectory: Sendable {
    private let template: Template
    private let home: String
    private let what: String

    /// - Parameters:
    ///   - node: what stands under the key; without it the home folder is meant.
    ///   - what: what the folder is called in messages.
    init(parsing node: YAMLNode?, _ what: String, home: String, in scope: TemplateScope) throws(DefinitionError) {
        self.home = home
        self.what = what
        guard let node else {
            template = try Template("~", at: SourceLocation(file: "", line: 1, column: 1), in: TemplateScope())
            return
        }
        template = try Template(parsing: node, what, in: scope)
        guard let literal = template.literalText else { return }
        do {
            _ = try resolve(RenderedText(literal: literal))
        } catch {
            guard case .refused(let refusal) = error else { return }
            throw node.error(refusal.message)
        }
    }

    func render(_ fields: FieldValues) throws(PlanError) -> RenderedText { try resolve(template.render(fields)) }

    /// The path, if it is the same for every event.
    var literal: String? {
        guard let text = template.literalText else { return nil }
        return try? resolve(RenderedText(literal: text)).value
    }

    /// Puts the home folder in for a leading `~` that the action wrote. One that a field brought is a name like any other.
    private func resolve(_ text: RenderedText) throws(PlanError) -> RenderedText {
        var value = text.value
        var shown = text.shown
        if !text.startsWithField, value.utf8.first == UInt8(ascii: "~"), value.utf8.count == 1 || value.utf8.starts(with: "~/".utf8) {
            value = home + String(value.unicodeScalars.dropFirst())
            shown = home + String(shown.unicodeScalars.dropFirst())
        }
        guard value.utf8.first == UInt8(ascii: "/") else {
            throw .refused(.invalidArgument, "\(what) must be an absolute path or begin with ~/, not \"\(shown.prefix(200))\"")
        }
        // By bytes, as the kernel does it: a slash and a combining mark after it make one Character.
        let names = value.utf8.split(separator: UInt8(ascii: "/"))
        guard !names.contains(where: { $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) }) else {
            throw .refused(.unsafeEdge, "\(what) must not lead through . or .., as \"\(shown.prefix(200))\" does")
        }
        return RenderedText(value: value, shown: shown, startsWithField: text.startsWithField)
    }
}
