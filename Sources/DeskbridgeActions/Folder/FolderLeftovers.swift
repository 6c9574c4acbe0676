/// Is told the path of a folder of the bridge's own that could not be removed yet, and lies there until the next sweep.
package typealias FolderLeftovers = @Sendable (String) -> Void
