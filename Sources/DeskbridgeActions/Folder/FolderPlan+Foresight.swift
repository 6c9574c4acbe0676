import DeskbridgeCore
import Glibc

extension FolderPlan {
    /// What the step would return, from a look at the disk that changes nothing; without `created` if the step would fail.
    func foreseen() -> JSONValue? {
        let name = folder.name
        do throws(FolderProblem) {
            let root = try RootFolder.find(place)
            let choice = try ParentFolder(self).visit(in: root, making: false) { parent throws(FolderProblem) in
                // No event has run yet, so no folder is its own.
                try FolderChoice(name, among: parent.names(), ifExists) { _ throws(FolderProblem) in false }
            }
            switch choice ?? .make(name.text) {
            case .make(let name), .alreadyMade(let name): return result(named: name, created: true)
            case .reuse: return result(named: name.text, created: false)
            case .exists, .collides, .usedUp: return result(named: name.text, created: nil)
            }
        } catch {
            return result(named: name.text, created: error.errorNumber == ENOENT ? true : nil)
        }
    }
}
