import DBus
package import DeskbridgeCore

/// A `dbus` step: one method call, whose destination, path and arguments may be filled from the event, and the signal that ends it.
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
    /// Whether the event waits for the destination to run, rather than fail.
    let waitsForName: Bool
    let until: BusUntil?
    /// How errors of these names are classed, whatever they usually mean.
    let errors: [ErrorName: Failure.Kind]
    /// Where the step stands in its file.
    let location: SourceLocation
    let places: KeyPlaces

    /// Nobody can tell what a method does when called twice.
    package var isAlwaysSafeToRepeat: Bool { false }

    package var resultType: FieldType {
        let values = FieldDeclaration(.array(of: .any))
        return .object(members: until == nil ? ["reply": values] : ["reply": values, "signal": values])
    }

    package func violations(of grants: Grants) -> [DefinitionError] {
        var violations: [DefinitionError] = []
        if let name = literalName(destination), !isGranted(by: grants, destination: name) {
            violations.append(DefinitionError(location, missingGrant(for: name)))
        }
        if let until, let sender = until.sender.flatMap(literalName), let destination = literalName(destination),
            !isGranted(by: grants, sender: sender, destination: destination)
        {
            violations.append(DefinitionError(until.places["sender"], missingGrant(forSender: sender)))
        }
        return violations
    }

    private func literalName(_ template: Template) -> BusName? { template.literalText.flatMap { try? BusName($0) } }

    package func plan(_ fields: FieldValues, grants: Grants) throws(PlanError) -> BusPlan {
        let shownDestination = try destination.render(fields)
        let shownPath = try path.render(fields)
        var rendered: [RenderedValue] = []
        for argument in arguments { rendered.append(try argument.render(fields)) }

        let name = try Self.checked("destination") { () throws(BusNameError) in try BusName(shownDestination.value) }
        let object = try Self.checked("path") { () throws(BusNameError) in try ObjectPath(shownPath.value) }
        guard isGranted(by: grants, destination: name) else { throw .refused(.notGranted, missingGrant(for: name)) }
        if waitsForName, name.text.hasPrefix(":") { throw .refused(.invalidArgument, "destination: \(Self.waitsInVain)") }
        let untilPlan = try until?.plan(
            fields, destination: (name, shownDestination.shown), path: (object, shownPath.shown))
        if let sender = untilPlan?.sender, !isGranted(by: grants, sender: sender, destination: name) {
            throw .refused(.notGranted, missingGrant(forSender: sender))
        }

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
            bus: bus, call: call, waitsForName: waitsForName, until: untilPlan, errors: errors, shownDestination: shownDestination.shown,
            shownPath: shownPath.shown,
            shownArguments: rendered.map(\.shown),
            holdsSecret: destination.namesSecret || path.namesSecret || arguments.contains(where: \.namesSecret)
                || until?.namesSecret == true,
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

    /// Signals of the peer that is called come along with the call.
    private func isGranted(by grants: Grants, sender: BusName, destination: BusName) -> Bool {
        guard let until, sender != destination else { return true }
        return grants.allows(bus: bus.description, destination: sender.text, interface: until.interface.text, member: until.member.text)
    }

    private func missingGrant(forSender sender: BusName) -> String {
        guard let until else { return "" }
        let shown = until.sender?.namesSecret == true ? RenderedText.hidden : sender.text
        return "no grant lets actions wait for signals of \(shown), which is not who they call: "
            + "\"\(bus) \(shown) \(until.interface).\(until.member)\" is not listed under grants: dbus: in a policy file"
    }

    static func checked<Name>(_ key: String, _ make: () throws(BusNameError) -> Name) throws(PlanError) -> Name {
        do { return try make() } catch {
            // The text comes from the event, and may be secret.
            throw .refused(.invalidArgument, "\(key): what was filled in is no valid D-Bus \(error.what): \(error.reason)")
        }
    }
}
