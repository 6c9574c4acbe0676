package import DeskbridgeCore

/// What to do if the folder is there already.
package enum ExistingFolderRule: String, Sendable, CaseIterable {
    /// Add what it lacks.
    case reuse
    case fail
    /// Make another one, with a number behind its name.
    case suffix
}

/// A folder with all that lies in it, decided to the last byte before anything is made.
package struct FolderPlan: StepPlan {
    package let root: RootPath
    /// How the root is reached.
    package let place: GrantedPlace
    /// The folders between the root and the folder: shared with others, made if missing.
    package let parents: [SegmentName]
    package let folder: FolderTree.Entry
    package let ifExists: ExistingFolderRule
    package let mode: FolderMode?

    /// The folder's path as it may be shown, without a number behind it.
    var shownPath: String { root.appending(shownNames) }

    private var shownNames: [String] { (parents + [folder.name]).map(\.shown) }

    package var summary: String {
        var folders = 0
        var files = 0
        folder.folder.walk { _, entry in if entry.content == nil { folders += 1 } else { files += 1 } }
        let inside = "\(folders) \(folders == 1 ? "folder" : "folders") and \(files) \(files == 1 ? "file" : "files") in it"
        let otherwise =
            switch ifExists {
            case .reuse: "adds what is missing if it exists"
            case .fail: "fails if it exists"
            case .suffix: "gets a number if it exists"
            }
        return "folder \(shownPath) with \(inside), \(otherwise)"
    }

    /// What lies in the folder is new, beneath it, and does nothing; there may be hundreds of names.
    package var particulars: [String] { [] }

    package var shown: JSONValue {
        var members: JSONObject = [
            "root": .string(root.text),
            "name": .string(shownNames.joined(separator: "/")),
            "path": .string(shownPath),
            "ifExists": .string(ifExists.rawValue),
        ]
        if let mode { members["mode"] = .string(mode.text) }
        var entries: [JSONValue] = []
        folder.folder.walk { path, entry in
            let path = JSONValue.string(path.map(\.shown).joined(separator: "/"))
            if let content = entry.content {
                entries.append(["file": path, "bytes": .integer(Int64(content.count))])
            } else {
                entries.append(["folder": path])
            }
        }
        members["tree"] = .array(entries)
        return .object(members)
    }

    /// What the step returns for the folder with this last name.
    func result(named last: String, created: Bool?) -> JSONValue {
        let names = parents.map(\.text) + [last]
        var members: JSONObject = ["path": .string(root.appending(names)), "name": .string(names.joined(separator: "/"))]
        if let created { members["created"] = .bool(created) }
        return .object(members)
    }
}
