import DeskbridgeCore

/// The `tree` of a folder step: what to make in its folder, with templates in names and contents.
struct FolderTreeTemplate: Sendable {
    struct Entry: Sendable {
        let path: NameTemplate
        let location: SourceLocation
        let content: Content
    }

    indirect enum Content: Sendable {
        case folder(FolderTreeTemplate)
        case file(Template)
    }

    /// The most folders and files in a tree.
    static let mostEntries = 10_000
    /// The most bytes in one file.
    static let largestFile = 1 << 20
    /// The most bytes in all files of a tree.
    static let largestTree = 64 << 20
    /// The most bytes in a path: below `PATH_MAX` (4096).
    static let longestPath = 4000

    var entries: [Entry] = []

    /// - Parameter base: how many bytes stand before the first name of the tree in a path.
    /// - Throws: ``PlanError`` for what breaks a rule or a limit.
    func tree(_ fields: FieldValues, base: Int) throws(PlanError) -> FolderTree {
        guard try count(fields) <= Self.mostEntries else { throw Self.tooManyEntries }
        var draft = Draft(base: base)
        try draft.add(self, fields, beneath: [])
        return draft.tree
    }

    /// How many entries there are before equal folders become one; `Int.max` stands for any larger number.
    private func count(_ fields: FieldValues) throws(PlanError) -> Int {
        var sum = 0
        for entry in entries {
            var inner = 1
            if case .folder(let template) = entry.content { inner = Self.sum(inner, try template.count(fields)) }
            let (product, overflowed) = try entry.path.count(fields).multipliedReportingOverflow(by: inner)
            sum = Self.sum(sum, overflowed ? .max : product)
        }
        return sum
    }

    private static func sum(_ left: Int, _ right: Int) -> Int {
        let (sum, overflowed) = left.addingReportingOverflow(right)
        return overflowed ? .max : sum
    }

    static var tooManyEntries: PlanError {
        .refused(.tooManyEntries, "the tree has more than \(mostEntries) folders and files: make its ranges smaller")
    }

    /// A tree that grows entry by entry, within the limits.
    private struct Draft {
        var tree = FolderTree()
        private let base: Int
        private var entries = 0
        private var bytes = 0

        init(base: Int) { self.base = base }

        mutating func add(_ template: FolderTreeTemplate, _ fields: FieldValues, beneath parents: [SegmentName]) throws(PlanError) {
            for entry in template.entries {
                let content = try content(of: entry, fields)
                for path in try entry.path.paths(fields) { try add(parents + path, content, entry, fields) }
            }
        }

        private mutating func add(
            _ path: [SegmentName], _ content: [UInt8]?, _ entry: Entry, _ fields: FieldValues
        ) throws(PlanError) {
            guard path.reduce(base, { $0 + 1 + $1.text.utf8.count }) <= FolderTreeTemplate.longestPath else {
                throw .refused(.tooLong, "the path of \"\(path.last?.shown ?? "")\" has more than \(FolderTreeTemplate.longestPath) bytes")
            }
            entries += try tree.insert(path[...], content: content)
            guard entries <= FolderTreeTemplate.mostEntries else { throw FolderTreeTemplate.tooManyEntries }
            bytes += content?.count ?? 0
            guard bytes <= FolderTreeTemplate.largestTree else {
                throw .refused(.tooLong, "the files of the tree have more than \(FolderTreeTemplate.largestTree >> 20) MiB together")
            }
            if case .folder(let template) = entry.content { try add(template, fields, beneath: path) }
        }

        private func content(of entry: Entry, _ fields: FieldValues) throws(PlanError) -> [UInt8]? {
            guard case .file(let template) = entry.content else { return nil }
            let bytes = Array(try template.render(fields).value.utf8)
            guard bytes.count <= FolderTreeTemplate.largestFile else {
                throw .refused(.tooLong, "the content of the file \"\(entry.path.source)\" has more than 1 MiB")
            }
            return bytes
        }
    }
}
