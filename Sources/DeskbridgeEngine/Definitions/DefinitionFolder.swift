package import DeskbridgeActions
package import DeskbridgeCore
internal import Foundation

/// A folder of YAML files, read as a whole.
package struct DefinitionFolder: Sendable, Hashable {
    private static let largestFile = 1 << 20

    package let path: String
    /// How messages name the folder, such as `actions`.
    package let name: String

    package init(path: String, name: String) {
        self.path = path
        self.name = name
    }

    /// The folder's `*.yaml` and `*.yml` files in the order of their names; hidden files and folders are passed over.
    ///
    /// A folder that isn't there has no files.
    package func read() throws(DefinitionErrors) -> [DefinitionFile] {
        let manager = FileManager.default
        guard manager.fileExists(atPath: path) else { return [] }
        let names: [String]
        do { names = try manager.contentsOfDirectory(atPath: path) } catch {
            throw failure(name, "the folder cannot be read: \(error.localizedDescription)")
        }
        var files: [DefinitionFile] = []
        for file in names.sorted() where !file.hasPrefix(".") && (file.hasSuffix(".yaml") || file.hasSuffix(".yml")) {
            let shown = "\(name)/\(file)"
            guard let data = manager.contents(atPath: "\(path)/\(file)") else {
                throw failure(shown, "the file cannot be read: check its permissions")
            }
            guard data.count <= Self.largestFile else { throw failure(shown, "the file is larger than 1 MiB") }
            files.append(DefinitionFile(name: shown, bytes: Array(data)))
        }
        return files
    }

    private func failure(_ file: String, _ message: String) -> DefinitionErrors {
        DefinitionErrors([DefinitionError(SourceLocation(file: file, line: 1, column: 1), message)])
    }
}
