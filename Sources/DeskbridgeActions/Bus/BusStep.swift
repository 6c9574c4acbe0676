import DBus
package import DeskbridgeCore

/// A `dbus` step: one method call, whose destination, path and arguments may be filled from the event.
package struct BusStep: PlannableStep {
    package static let shortestTimeout = Duration.seconds(1)
    package static let longestTimeout = Duration.seconds(3600)
    package static let defaultTimeout = Duration.seconds(25)

    let bus: BusAddress
    let destination: Template
    let path: Template
    let interface: InterfaceName
    let member: MemberName
    let signature: BusSignature
    let arguments: [ValueTemplate]
    let timeout: Duration
    let startsService: Bool
    /// How errors of these names are classed, whatever they usually mean.
    let errors: [ErrorName: Failure.Kind]
    /// Where the step stands in its file.
    let location: SourceLocation

    /// Nobody can tell what a method does when called twice.
    package var isAlwaysSafeToRepeat: Bool { false }

    package var resultType: FieldType { .object(members: ["reply": FieldDeclaration(.array(of: .any))]) }

    package func violations(of grants: Grants) -> [DefinitionError] {
        guard let text = destination.literalText, let name = try? BusName(text), !isGranted(by: grants, destination: name) else {
            return []
        }
        return [DefinitionError(location, missingGrant(for: name))]
    }

    package func plan(_ fields: FieldValues, grants: Grants) throws(PlanError) -> BusPlan {
        let shownDestination = try destination.render(fields)
        let shownPath = try path.render(fields)
        var rendered: [RenderedValue] = []
        for argument in arguments { rendered.append(try argument.render(fields)) }

        let name = try Self.checked("destination") { () throws(BusNameError) in try BusName(shownDestination.value) }
        let object = try Self.checked("path") { () throws(BusNameError) in try ObjectPath(shownPath.value) }
        guard isGranted(by: grants, destination: name) else { throw .refused(.notGranted, missingGrant(for: name)) }

        let values: [BusValue]
        do { values = try BusEncoding.values(rendered.map(\.value), as: signature) } catch {
            throw .refused(error.code, "\(shownPlace(error.place)): \(error.reason)")
        }
        let call: BusCall
        do {
            call = try BusCall(
                destination: name, path: object, interface: interface, member: member, arguments: values, timeout: timeout,
                startsService: startsService)
        } catch {
            throw .refused(.invalidArgument, error.message)
        }
        return BusPlan(
            bus: bus, call: call, errors: errors, shownDestination: shownDestination.shown, shownPath: shownPath.shown,
            shownArguments: rendered.map(\.shown),
            holdsSecret: destination.namesSecret || path.namesSecret || arguments.contains(where: \.namesSecret),
            secrets: SecretTexts.all(in: [shownDestination, shownPath], and: fields.secretTexts))
    }

    /// The place without the names of members that came from a secret.
    private func shownPlace(_ place: ArgumentPlace) -> ArgumentPlace {
        let position = place.steps.first.flatMap { Int($0) }
        let holdsSecret = position.map { arguments.indices.contains($0) && arguments[$0].namesSecret } ?? false
        return holdsSecret ? ArgumentPlace(steps: Array(place.steps.prefix(1))) : place
    }

    private func isGranted(by grants: Grants, destination: BusName) -> Bool {
        grants.allows(bus: bus.description, destination: destination.text, interface: interface.text, member: member.text)
    }

    private func missingGrant(for destination: BusName) -> String {
        let shown = self.destination.namesSecret ? RenderedText.hidden : destination.text
        return "no grant lets actions call \(interface).\(member) of \(shown) on the bus \(bus): "
            + "\"\(bus) \(shown) \(interface).\(member)\" is not listed under grants: dbus: in a policy file"
    }

    private static func checked<Name>(_ key: String, _ make: () throws(BusNameError) -> Name) throws(PlanError) -> Name {
        do { return try make() } catch {
            // The text comes from the event, and may be secret.
            throw .refused(.invalidArgument, "\(key): what was filled in is no valid D-Bus \(error.what): \(error.reason)")
        }
    }
}
