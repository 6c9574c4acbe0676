/// All of `deskbridge.yaml`: one value per section, read once. Every key is optional.
package struct BridgeConfiguration: Sendable, Hashable {
    package var listen = ListenConfiguration()
    package var limits = LimitsConfiguration()
    package var dispatch = DispatchConfiguration()
    package var retention = RetentionConfiguration()
    package var tokens = TokenConfiguration()
    package var bus = BusConfiguration()
    package var log = LogConfiguration()

    package static let defaults = BridgeConfiguration()

    /// - Throws: ``DefinitionErrors`` with all mistakes of the file, in the order of its lines.
    package static func parse(_ node: YAMLNode) throws(DefinitionErrors) -> BridgeConfiguration {
        var reader = MappingReader(node, "the configuration", prefix: "")
        var errors: [DefinitionError] = []
        var configuration = BridgeConfiguration()
        configuration.listen.read(reader.node("listen"), &errors)
        configuration.limits.read(reader.node("limits"), &errors)
        configuration.dispatch.read(reader.node("dispatch"), &errors)
        configuration.retention.read(reader.node("retention"), &errors)
        configuration.tokens.read(reader.node("tokens"), &errors)
        configuration.bus.read(reader.node("bus"), &errors)
        configuration.log.read(reader.node("log"), &errors)
        refuseUplinks(reader.node("uplinks"), &errors)
        errors += reader.finish()
        guard errors.isEmpty else { throw DefinitionErrors(ofOneFile: errors) }
        return configuration
    }

    private static func refuseUplinks(_ node: YAMLNode?, _ errors: inout [DefinitionError]) {
        guard let node, !node.isNothing else { return }
        do throws(DefinitionError) {
            guard let first = try node.sequence("uplinks").first else { return }
            errors.append(first.error("uplinks must be empty: this version listens only and doesn't dial out to servers yet"))
        } catch {
            errors.append(error)
        }
    }
}
