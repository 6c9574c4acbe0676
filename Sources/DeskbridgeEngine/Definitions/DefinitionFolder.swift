package import DeskbridgeActions
package import DeskbridgeCore
internal import Glibc

/// A folder of YAML files, read as a whole.
package struct DefinitionFolder: Sendable, Hashable {
    package let path: String
    /// How messages name the folder, such as `actions`.
    package let name: String

    package init(path: String, name: String) {
        self.path = path
        self.name = name
    }

    /// The folder's `*.yaml` and `*.yml` files in the order of their names; hidden files and folders are passed over.
    ///
    /// A folder that isn't there has no files. One that somebody else may write is refused, and so is such a file.
    package func read() throws(DefinitionErrors) -> [DefinitionFile] {
        let names = try names()
        if let objection = FileAuthorship.objection(to: path) { throw failure(name, DefinitionSource.message(objection)) }
        var files: [DefinitionFile] = []
        for file in names.sorted() where !file.hasPrefix(".") && (file.hasSuffix(".yaml") || file.hasSuffix(".yml")) {
            files.append(try DefinitionSource.read("\(path)/\(file)", named: "\(name)/\(file)"))
        }
        return files
    }

    private func names() throws(DefinitionErrors) -> [String] {
        guard let stream = opendir(path) else {
            if errno == ENOENT { return [] }
            throw failure(name, "the folder \(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
        }
        return names
    }

    private func failure(_ file: String, _ message: String) -> DefinitionErrors {
        DefinitionErrors([DefinitionError(SourceLocation(file: file, line: 1, column: 1), message)])
    }
}
