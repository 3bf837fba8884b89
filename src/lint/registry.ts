import type { AnyRule } from './model.js';
import { pair as bandwidthPair } from './rules/bandwidth/pair.js';
import { links as bondLinks } from './rules/bond/links.js';
import { mode as bondMode } from './rules/bond/mode.js';
import { defaultName as bridgeDefaultName } from './rules/bridge/default-name.js';
import { emptyIpam as bridgeEmptyIpam } from './rules/bridge/empty-ipam.js';
import { gatewayIpInPool as bridgeGatewayIpInPool } from './rules/bridge/gateway-ip-in-pool.js';
import { gatewayWithDhcp as bridgeGatewayWithDhcp } from './rules/bridge/gateway-with-dhcp.js';
import { hairpinPromisc as bridgeHairpinPromisc } from './rules/bridge/hairpin-promisc.js';
import { ipamWithoutInterface as bridgeIpamWithoutInterface } from './rules/bridge/ipam-without-interface.js';
import { ipmasqNoGateway as bridgeIpmasqNoGateway } from './rules/bridge/ipmasq-no-gateway.js';
import { isDefaultGateway as bridgeIsDefaultGateway } from './rules/bridge/is-default-gateway.js';
import { preserveDefaultVlan as bridgePreserveDefaultVlan } from './rules/bridge/preserve-default-vlan.js';
import { trunk as bridgeTrunk } from './rules/bridge/trunk.js';
import { unknownKey as bridgeUnknownKey } from './rules/bridge/unknown-key.js';
import { vlanRange as bridgeVlanRange } from './rules/bridge/vlan-range.js';
import { controllerMissing as clusterControllerMissing } from './rules/cluster/controller-missing.js';
import { dhcpShimMissing as clusterDhcpShimMissing } from './rules/cluster/dhcp-shim-missing.js';
import { fastIpamNamespace as clusterFastIpamNamespace } from './rules/cluster/fast-ipam-namespace.js';
import { isolateWebhook as clusterIsolateWebhook } from './rules/cluster/isolate-webhook.js';
import { masterMissing as clusterMasterMissing } from './rules/cluster/master-missing.js';
import { mtuOverMaster as clusterMtuOverMaster } from './rules/cluster/mtu-over-master.js';
import { multinetworkDisabled as clusterMultinetworkDisabled } from './rules/cluster/multinetwork-disabled.js';
import { namespaceIsolation as clusterNamespaceIsolation } from './rules/cluster/namespace-isolation.js';
import { orphanNad as clusterOrphanNad } from './rules/cluster/orphan-nad.js';
import { overlapMachine as clusterOverlapMachine } from './rules/cluster/overlap-machine.js';
import { overlapPod as clusterOverlapPod } from './rules/cluster/overlap-pod.js';
import { overlapService as clusterOverlapService } from './rules/cluster/overlap-service.js';
import { ovnJoinOverlap as clusterOvnJoinOverlap } from './rules/cluster/ovn-join-overlap.js';
import { ovnMasqueradeOverlap as clusterOvnMasqueradeOverlap } from './rules/cluster/ovn-masquerade-overlap.js';
import { ovnTransitOverlap as clusterOvnTransitOverlap } from './rules/cluster/ovn-transit-overlap.js';
import { ovnUdnJoinOverlap as clusterOvnUdnJoinOverlap } from './rules/cluster/ovn-udn-join-overlap.js';
import { poisonNad as clusterPoisonNad } from './rules/cluster/poison-nad.js';
import { poolStale as clusterPoolStale } from './rules/cluster/pool-stale.js';
import { rbac as clusterRbac } from './rules/cluster/rbac.js';
import { reconcilerMissing as clusterReconcilerMissing } from './rules/cluster/reconciler-missing.js';
import { resourceMissing as clusterResourceMissing } from './rules/cluster/resource-missing.js';
import { sliceLtPods as clusterSliceLtPods } from './rules/cluster/slice-lt-pods.js';
import { slicesLtNodes as clusterSlicesLtNodes } from './rules/cluster/slices-lt-nodes.js';
import { sysctlAllowlist as clusterSysctlAllowlist } from './rules/cluster/sysctl-allowlist.js';
import { vlanNncp as clusterVlanNncp } from './rules/cluster/vlan-nncp.js';
import { whereaboutsShimMissing as clusterWhereaboutsShimMissing } from './rules/cluster/whereabouts-shim-missing.js';
import { capabilitiesMisplaced as cniCapabilitiesMisplaced } from './rules/cni/capabilities-misplaced.js';
import { capabilitiesType as cniCapabilitiesType } from './rules/cni/capabilities-type.js';
import { capabilitiesUnused as cniCapabilitiesUnused } from './rules/cni/capabilities-unused.js';
import { conflistNameMissing as cniConflistNameMissing } from './rules/cni/conflist-name-missing.js';
import { disableCheck as cniDisableCheck } from './rules/cni/disable-check.js';
import { ipamAtListLevel as cniIpamAtListLevel } from './rules/cni/ipam-at-list-level.js';
import { ipamInSecondPlugin as cniIpamInSecondPlugin } from './rules/cni/ipam-in-second-plugin.js';
import { ipamTypeMissing as cniIpamTypeMissing } from './rules/cni/ipam-type-missing.js';
import { ipamUnknown as cniIpamUnknown } from './rules/cni/ipam-unknown.js';
import { metaFirst as cniMetaFirst } from './rules/cni/meta-first.js';
import { nameInvalid as cniNameInvalid } from './rules/cni/name-invalid.js';
import { nameMismatch as cniNameMismatch } from './rules/cni/name-mismatch.js';
import { nameMissing as cniNameMissing } from './rules/cni/name-missing.js';
import { noIpam as cniNoIpam } from './rules/cni/no-ipam.js';
import { pluginNameIgnored as cniPluginNameIgnored } from './rules/cni/plugin-name-ignored.js';
import { pluginsEmpty as cniPluginsEmpty } from './rules/cni/plugins-empty.js';
import { pluginsNotList as cniPluginsNotList } from './rules/cni/plugins-not-list.js';
import { reservedKey as cniReservedKey } from './rules/cni/reserved-key.js';
import { twoMain as cniTwoMain } from './rules/cni/two-main.js';
import { typeAndPlugins as cniTypeAndPlugins } from './rules/cni/type-and-plugins.js';
import { typeInvalid as cniTypeInvalid } from './rules/cni/type-invalid.js';
import { typeMissing as cniTypeMissing } from './rules/cni/type-missing.js';
import { typeUnknown as cniTypeUnknown } from './rules/cni/type-unknown.js';
import { unknownKey as cniUnknownKey } from './rules/cni/unknown-key.js';
import { versionMissing as cniVersionMissing } from './rules/cni/version-missing.js';
import { versionNumber as cniVersionNumber } from './rules/cni/version-number.js';
import { versionUnsupported as cniVersionUnsupported } from './rules/cni/version-unsupported.js';
import { configMismatch as cnoConfigMismatch } from './rules/cno/config-mismatch.js';
import { disableMulti as cnoDisableMulti } from './rules/cno/disable-multi.js';
import { duplicateName as cnoDuplicateName } from './rules/cno/duplicate-name.js';
import { ipamDetectFirst as cnoIpamDetectFirst } from './rules/cno/ipam-detect-first.js';
import { jsonPatchMissingList as cnoJsonPatchMissingList } from './rules/cno/json-patch-missing-list.js';
import { mergePatchReplacesList as cnoMergePatchReplacesList } from './rules/cno/merge-patch-replaces-list.js';
import { nameRegex as cnoNameRegex } from './rules/cno/name-regex.js';
import { namespaceMissing as cnoNamespaceMissing } from './rules/cno/namespace-missing.js';
import { namespaceNotFound as cnoNamespaceNotFound } from './rules/cno/namespace-not-found.js';
import { rawMissing as cnoRawMissing } from './rules/cno/raw-missing.js';
import { rawNotJson as cnoRawNotJson } from './rules/cno/raw-not-json.js';
import { shimNoRange as cnoShimNoRange } from './rules/cno/shim-no-range.js';
import { simplemacvlanValues as cnoSimplemacvlanValues } from './rules/cno/simplemacvlan-values.js';
import { staticCapsArray as cnoStaticCapsArray } from './rules/cno/static-caps-array.js';
import { type as cnoType } from './rules/cno/type.js';
import { typeCase as cnoTypeCase } from './rules/cno/type-case.js';
import { bridgeMtuVlan as crossBridgeMtuVlan } from './rules/cross/bridge-mtu-vlan.js';
import { defaultRouteTwice as crossDefaultRouteTwice } from './rules/cross/default-route-twice.js';
import { duplicateNad as crossDuplicateNad } from './rules/cross/duplicate-nad.js';
import { hostdevShared as crossHostdevShared } from './rules/cross/hostdev-shared.js';
import { macvlanIpvlanMaster as crossMacvlanIpvlanMaster } from './rules/cross/macvlan-ipvlan-master.js';
import { overlapMixedIpam as crossOverlapMixedIpam } from './rules/cross/overlap-mixed-ipam.js';
import { overlapSameL2 as crossOverlapSameL2 } from './rules/cross/overlap-same-l2.js';
import { ovnSameNameDiff as crossOvnSameNameDiff } from './rules/cross/ovn-same-name-diff.js';
import { passthruShared as crossPassthruShared } from './rules/cross/passthru-shared.js';
import { sameCniName as crossSameCniName } from './rules/cross/same-cni-name.js';
import { sameRangeDiffL2 as crossSameRangeDiffL2 } from './rules/cross/same-range-diff-l2.js';
import { sliceMismatch as crossSliceMismatch } from './rules/cross/slice-mismatch.js';
import { sliceMixed as crossSliceMixed } from './rules/cross/slice-mixed.js';
import { staticDuplicate as crossStaticDuplicate } from './rules/cross/static-duplicate.js';
import { staticInPool as crossStaticInPool } from './rules/cross/static-in-pool.js';
import { vlanDuplicate as crossVlanDuplicate } from './rules/cross/vlan-duplicate.js';
import { bridgeNoUplink as dhcpBridgeNoUplink } from './rules/dhcp/bridge-no-uplink.js';
import { daemonRequired as dhcpDaemonRequired } from './rules/dhcp/daemon-required.js';
import { defaultRoute as dhcpDefaultRoute } from './rules/dhcp/default-route.js';
import { option as dhcpOption } from './rules/dhcp/option.js';
import { unknownKey as dhcpUnknownKey } from './rules/dhcp/unknown-key.js';
import { invalid as dnsInvalid } from './rules/dns/invalid.js';
import { ipamDnsIgnored as dnsIpamDnsIgnored } from './rules/dns/ipam-dns-ignored.js';
import { ipamRequired as dummyIpamRequired } from './rules/dummy/ipam-required.js';
import { onePodPerNode as hostDeviceOnePodPerNode } from './rules/host-device/one-pod-per-node.js';
import { selector as hostDeviceSelector } from './rules/host-device/selector.js';
import { selectorMany as hostDeviceSelectorMany } from './rules/host-device/selector-many.js';
import { emptySet as hostLocalEmptySet } from './rules/host-local/empty-set.js';
import { hostBits as hostLocalHostBits } from './rules/host-local/host-bits.js';
import { mixedFamily as hostLocalMixedFamily } from './rules/host-local/mixed-family.js';
import { noRanges as hostLocalNoRanges } from './rules/host-local/no-ranges.js';
import { overlap as hostLocalOverlap } from './rules/host-local/overlap.js';
import { sharedL2 as hostLocalSharedL2 } from './rules/host-local/shared-l2.js';
import { startEndOutside as hostLocalStartEndOutside } from './rules/host-local/start-end-outside.js';
import { tooSmall as hostLocalTooSmall } from './rules/host-local/too-small.js';
import { wbSpelling as hostLocalWbSpelling } from './rules/host-local/wb-spelling.js';
import { dhcp as ibSriovDhcp } from './rules/ib-sriov/dhcp.js';
import { mac as ibSriovMac } from './rules/ib-sriov/mac.js';
import { publicRange as ipPublicRange } from './rules/ip/public-range.js';
import { dhcp as ipvlanDhcp } from './rules/ipvlan/dhcp.js';
import { ipamRequired as ipvlanIpamRequired } from './rules/ipvlan/ipam-required.js';
import { l3NeedsRouting as ipvlanL3NeedsRouting } from './rules/ipvlan/l3-needs-routing.js';
import { macCapability as ipvlanMacCapability } from './rules/ipvlan/mac-capability.js';
import { mode as ipvlanMode } from './rules/ipvlan/mode.js';
import { callout as jsonCallout } from './rules/json/callout.js';
import { comment as jsonComment } from './rules/json/comment.js';
import { duplicateKey as jsonDuplicateKey } from './rules/json/duplicate-key.js';
import { emptyStringConfig as jsonEmptyStringConfig } from './rules/json/empty-string-config.js';
import { extraBrace as jsonExtraBrace } from './rules/json/extra-brace.js';
import { keyCase as jsonKeyCase } from './rules/json/key-case.js';
import { missingColon as jsonMissingColon } from './rules/json/missing-colon.js';
import { missingComma as jsonMissingComma } from './rules/json/missing-comma.js';
import { missingQuote as jsonMissingQuote } from './rules/json/missing-quote.js';
import { notObject as jsonNotObject } from './rules/json/not-object.js';
import { other as jsonOther } from './rules/json/other.js';
import { singleQuote as jsonSingleQuote } from './rules/json/single-quote.js';
import { smartQuote as jsonSmartQuote } from './rules/json/smart-quote.js';
import { trailingComma as jsonTrailingComma } from './rules/json/trailing-comma.js';
import { unclosed as jsonUnclosed } from './rules/json/unclosed.js';
import { unquotedValue as jsonUnquotedValue } from './rules/json/unquoted-value.js';
import { wrongType as jsonWrongType } from './rules/json/wrong-type.js';
import { masterEnslaved as macvlanMasterEnslaved } from './rules/macvlan/master-enslaved.js';
import { mode as macvlanMode } from './rules/macvlan/mode.js';
import { mtuOverMaster as macvlanMtuOverMaster } from './rules/macvlan/mtu-over-master.js';
import { noMaster as macvlanNoMaster } from './rules/macvlan/no-master.js';
import { passthruShared as macvlanPassthruShared } from './rules/macvlan/passthru-shared.js';
import { unknownKey as macvlanUnknownKey } from './rules/macvlan/unknown-key.js';
import { annotationKeyTypo as nadAnnotationKeyTypo } from './rules/nad/annotation-key-typo.js';
import { apiVersion as nadApiVersion } from './rules/nad/api-version.js';
import { configNotString as nadConfigNotString } from './rules/nad/config-not-string.js';
import { emptyConfig as nadEmptyConfig } from './rules/nad/empty-config.js';
import { metadataMisplaced as nadMetadataMisplaced } from './rules/nad/metadata-misplaced.js';
import { nameAdmissionRegex as nadNameAdmissionRegex } from './rules/nad/name-admission-regex.js';
import { nameDnsLabel as nadNameDnsLabel } from './rules/nad/name-dns-label.js';
import { nameRequired as nadNameRequired } from './rules/nad/name-required.js';
import { namespaceMissing as nadNamespaceMissing } from './rules/nad/namespace-missing.js';
import { ownerManaged as nadOwnerManaged } from './rules/nad/owner-managed.js';
import { resourceNameFormat as nadResourceNameFormat } from './rules/nad/resource-name-format.js';
import { resourceNameMissing as nadResourceNameMissing } from './rules/nad/resource-name-missing.js';
import { unknownSpecField as nadUnknownSpecField } from './rules/nad/unknown-spec-field.js';
import { chained as ovnChained } from './rules/ovn/chained.js';
import { defaultNetworkNad as ovnDefaultNetworkNad } from './rules/ovn/default-network-nad.js';
import { ipamForbidden as ovnIpamForbidden } from './rules/ovn/ipam-forbidden.js';
import { nadNameMismatch as ovnNadNameMismatch } from './rules/ovn/nad-name-mismatch.js';
import { nameReserved as ovnNameReserved } from './rules/ovn/name-reserved.js';
import { role as ovnRole } from './rules/ovn/role.js';
import { subnets as ovnSubnets } from './rules/ovn/subnets.js';
import { topology as ovnTopology } from './rules/ovn/topology.js';
import { topologyMissing as ovnTopologyMissing } from './rules/ovn/topology-missing.js';
import { transport as ovnTransport } from './rules/ovn/transport.js';
import { unknownKey as ovnUnknownKey } from './rules/ovn/unknown-key.js';
import { vlanRange as ovnVlanRange } from './rules/ovn/vlan-range.js';
import { ecmp as podEcmp } from './rules/pod/ecmp.js';
import { grammar as podGrammar } from './rules/pod/grammar.js';
import { ifname as podIfname } from './rules/pod/ifname.js';
import { ipNoPrefix as podIpNoPrefix } from './rules/pod/ip-no-prefix.js';
import { ipsOutside as podIpsOutside } from './rules/pod/ips-outside.js';
import { macCapability as podMacCapability } from './rules/pod/mac-capability.js';
import { nadMissing as podNadMissing } from './rules/pod/nad-missing.js';
import { nameDots as podNameDots } from './rules/pod/name-dots.js';
import { capability as portmapCapability } from './rules/portmap/capability.js';
import { ipamRequired as ptpIpamRequired } from './rules/ptp/ipam-required.js';
import { defaultOnSecondary as routeDefaultOnSecondary } from './rules/route/default-on-secondary.js';
import { dstHostBits as routeDstHostBits } from './rules/route/dst-host-bits.js';
import { dstInvalid as routeDstInvalid } from './rules/route/dst-invalid.js';
import { duplicate as routeDuplicate } from './rules/route/duplicate.js';
import { familyMismatch as routeFamilyMismatch } from './rules/route/family-mismatch.js';
import { gwInvalid as routeGwInvalid } from './rules/route/gw-invalid.js';
import { gwUnreachable as routeGwUnreachable } from './rules/route/gw-unreachable.js';
import { missingGw as routeMissingGw } from './rules/route/missing-gw.js';
import { hardcodedDeviceId as sriovHardcodedDeviceId } from './rules/sriov/hardcoded-device-id.js';
import { linkState as sriovLinkState } from './rules/sriov/link-state.js';
import { onOff as sriovOnOff } from './rules/sriov/on-off.js';
import { proto as sriovProto } from './rules/sriov/proto.js';
import { qosNeedsVlan as sriovQosNeedsVlan } from './rules/sriov/qos-needs-vlan.js';
import { vlanRange as sriovVlanRange } from './rules/sriov/vlan-range.js';
import { duplicate as staticDuplicate } from './rules/static/duplicate.js';
import { gatewayOutside as staticGatewayOutside } from './rules/static/gateway-outside.js';
import { gatewayUnused as staticGatewayUnused } from './rules/static/gateway-unused.js';
import { ipsCapMissing as staticIpsCapMissing } from './rules/static/ips-cap-missing.js';
import { networkOrBroadcast as staticNetworkOrBroadcast } from './rules/static/network-or-broadcast.js';
import { noAddresses as staticNoAddresses } from './rules/static/no-addresses.js';
import { notCidr as staticNotCidr } from './rules/static/not-cidr.js';
import { singleAddress as staticSingleAddress } from './rules/static/single-address.js';
import { unknownKey as staticUnknownKey } from './rules/static/unknown-key.js';
import { selinuxTuning as tapSelinuxTuning } from './rules/tap/selinux-tuning.js';
import { allowlist as tuningAllowlist } from './rules/tuning/allowlist.js';
import { noop as tuningNoop } from './rules/tuning/noop.js';
import { sysctlNet as tuningSysctlNet } from './rules/tuning/sysctl-net.js';
import { sysctlType as tuningSysctlType } from './rules/tuning/sysctl-type.js';
import { idZero as vlanIdZero } from './rules/vlan/id-zero.js';
import { ipamRequired as vlanIpamRequired } from './rules/vlan/ipam-required.js';
import { keyName as vlanKeyName } from './rules/vlan/key-name.js';
import { masterRequired as vlanMasterRequired } from './rules/vlan/master-required.js';
import { vlanRange as vlanVlanRange } from './rules/vlan/vlan-range.js';
import { name as vrfName } from './rules/vrf/name.js';
import { dashAndStartEnd as whereaboutsDashAndStartEnd } from './rules/whereabouts/dash-and-start-end.js';
import { excludeAll as whereaboutsExcludeAll } from './rules/whereabouts/exclude-all.js';
import { excludeAtWrongLevel as whereaboutsExcludeAtWrongLevel } from './rules/whereabouts/exclude-at-wrong-level.js';
import { excludeHostBits as whereaboutsExcludeHostBits } from './rules/whereabouts/exclude-host-bits.js';
import { excludeInvalid as whereaboutsExcludeInvalid } from './rules/whereabouts/exclude-invalid.js';
import { excludeOutside as whereaboutsExcludeOutside } from './rules/whereabouts/exclude-outside.js';
import { fastIpamFewSlices as whereaboutsFastIpamFewSlices } from './rules/whereabouts/fast-ipam-few-slices.js';
import { gatewayFamily as whereaboutsGatewayFamily } from './rules/whereabouts/gateway-family.js';
import { gatewayInPool as whereaboutsGatewayInPool } from './rules/whereabouts/gateway-in-pool.js';
import { gatewayInvalid as whereaboutsGatewayInvalid } from './rules/whereabouts/gateway-invalid.js';
import { gatewayNoRoute as whereaboutsGatewayNoRoute } from './rules/whereabouts/gateway-no-route.js';
import { gatewayOutsideRange as whereaboutsGatewayOutsideRange } from './rules/whereabouts/gateway-outside-range.js';
import { leaseOrder as whereaboutsLeaseOrder } from './rules/whereabouts/lease-order.js';
import { logLevel as whereaboutsLogLevel } from './rules/whereabouts/log-level.js';
import { multiRangeSameFamily as whereaboutsMultiRangeSameFamily } from './rules/whereabouts/multi-range-same-family.js';
import { networkNameInvalid as whereaboutsNetworkNameInvalid } from './rules/whereabouts/network-name-invalid.js';
import { noOverlapCheck as whereaboutsNoOverlapCheck } from './rules/whereabouts/no-overlap-check.js';
import { noRange as whereaboutsNoRange } from './rules/whereabouts/no-range.js';
import { obsoleteEtcd as whereaboutsObsoleteEtcd } from './rules/whereabouts/obsolete-etcd.js';
import { rangeEndBeforeStart as whereaboutsRangeEndBeforeStart } from './rules/whereabouts/range-end-before-start.js';
import { rangeHostBits as whereaboutsRangeHostBits } from './rules/whereabouts/range-host-bits.js';
import { rangeInvalid as whereaboutsRangeInvalid } from './rules/whereabouts/range-invalid.js';
import { rangeLeadingZeros as whereaboutsRangeLeadingZeros } from './rules/whereabouts/range-leading-zeros.js';
import { rangeNoExclude as whereaboutsRangeNoExclude } from './rules/whereabouts/range-no-exclude.js';
import { rangeOverlapSelf as whereaboutsRangeOverlapSelf } from './rules/whereabouts/range-overlap-self.js';
import { rangeTooSmall as whereaboutsRangeTooSmall } from './rules/whereabouts/range-too-small.js';
import { sliceConfigPath as whereaboutsSliceConfigPath } from './rules/whereabouts/slice-config-path.js';
import { sliceCountHuge as whereaboutsSliceCountHuge } from './rules/whereabouts/slice-count-huge.js';
import { sliceDropsKeys as whereaboutsSliceDropsKeys } from './rules/whereabouts/slice-drops-keys.js';
import { sliceName as whereaboutsSliceName } from './rules/whereabouts/slice-name.js';
import { sliceNamespace as whereaboutsSliceNamespace } from './rules/whereabouts/slice-namespace.js';
import { sliceNonNumeric as whereaboutsSliceNonNumeric } from './rules/whereabouts/slice-non-numeric.js';
import { sliceOver32 as whereaboutsSliceOver32 } from './rules/whereabouts/slice-over-32.js';
import { slicePoolName as whereaboutsSlicePoolName } from './rules/whereabouts/slice-pool-name.js';
import { sliceSmallerThanRange as whereaboutsSliceSmallerThanRange } from './rules/whereabouts/slice-smaller-than-range.js';
import { sliceUnusable as whereaboutsSliceUnusable } from './rules/whereabouts/slice-unusable.js';
import { sliceV6 as whereaboutsSliceV6 } from './rules/whereabouts/slice-v6.js';
import { startEndOutside as whereaboutsStartEndOutside } from './rules/whereabouts/start-end-outside.js';
import { startEndUnparseable as whereaboutsStartEndUnparseable } from './rules/whereabouts/start-end-unparseable.js';
import { unknownKey as whereaboutsUnknownKey } from './rules/whereabouts/unknown-key.js';
import { v6Huge as whereaboutsV6Huge } from './rules/whereabouts/v6-huge.js';
import { v6LeadingColons as whereaboutsV6LeadingColons } from './rules/whereabouts/v6-leading-colons.js';
import { docSeparatorMissing as yamlDocSeparatorMissing } from './rules/yaml/doc-separator-missing.js';
import { duplicateKey as yamlDuplicateKey } from './rules/yaml/duplicate-key.js';
import { foldedThenQuote as yamlFoldedThenQuote } from './rules/yaml/folded-then-quote.js';
import { misspeltKey as yamlMisspeltKey } from './rules/yaml/misspelt-key.js';
import { parseError as yamlParseError } from './rules/yaml/parse-error.js';
import { quoteInsideBlock as yamlQuoteInsideBlock } from './rules/yaml/quote-inside-block.js';
import { tabIndent as yamlTabIndent } from './rules/yaml/tab-indent.js';
import { templatePlaceholder as yamlTemplatePlaceholder } from './rules/yaml/template-placeholder.js';
import { underIndentedScalar as yamlUnderIndentedScalar } from './rules/yaml/under-indented-scalar.js';

/** Every rule, sorted by id. A rule that is not here does not exist. */
export const RULES: readonly AnyRule[] = [
  bandwidthPair,
  bondLinks,
  bondMode,
  bridgeDefaultName,
  bridgeEmptyIpam,
  bridgeGatewayIpInPool,
  bridgeGatewayWithDhcp,
  bridgeHairpinPromisc,
  bridgeIpamWithoutInterface,
  bridgeIpmasqNoGateway,
  bridgeIsDefaultGateway,
  bridgePreserveDefaultVlan,
  bridgeTrunk,
  bridgeUnknownKey,
  bridgeVlanRange,
  clusterControllerMissing,
  clusterDhcpShimMissing,
  clusterFastIpamNamespace,
  clusterIsolateWebhook,
  clusterMasterMissing,
  clusterMtuOverMaster,
  clusterMultinetworkDisabled,
  clusterNamespaceIsolation,
  clusterOrphanNad,
  clusterOverlapMachine,
  clusterOverlapPod,
  clusterOverlapService,
  clusterOvnJoinOverlap,
  clusterOvnMasqueradeOverlap,
  clusterOvnTransitOverlap,
  clusterOvnUdnJoinOverlap,
  clusterPoisonNad,
  clusterPoolStale,
  clusterRbac,
  clusterReconcilerMissing,
  clusterResourceMissing,
  clusterSliceLtPods,
  clusterSlicesLtNodes,
  clusterSysctlAllowlist,
  clusterVlanNncp,
  clusterWhereaboutsShimMissing,
  cniCapabilitiesMisplaced,
  cniCapabilitiesType,
  cniCapabilitiesUnused,
  cniConflistNameMissing,
  cniDisableCheck,
  cniIpamAtListLevel,
  cniIpamInSecondPlugin,
  cniIpamTypeMissing,
  cniIpamUnknown,
  cniMetaFirst,
  cniNameInvalid,
  cniNameMismatch,
  cniNameMissing,
  cniNoIpam,
  cniPluginNameIgnored,
  cniPluginsEmpty,
  cniPluginsNotList,
  cniReservedKey,
  cniTwoMain,
  cniTypeAndPlugins,
  cniTypeInvalid,
  cniTypeMissing,
  cniTypeUnknown,
  cniUnknownKey,
  cniVersionMissing,
  cniVersionNumber,
  cniVersionUnsupported,
  cnoConfigMismatch,
  cnoDisableMulti,
  cnoDuplicateName,
  cnoIpamDetectFirst,
  cnoJsonPatchMissingList,
  cnoMergePatchReplacesList,
  cnoNameRegex,
  cnoNamespaceMissing,
  cnoNamespaceNotFound,
  cnoRawMissing,
  cnoRawNotJson,
  cnoShimNoRange,
  cnoSimplemacvlanValues,
  cnoStaticCapsArray,
  cnoType,
  cnoTypeCase,
  crossBridgeMtuVlan,
  crossDefaultRouteTwice,
  crossDuplicateNad,
  crossHostdevShared,
  crossMacvlanIpvlanMaster,
  crossOverlapMixedIpam,
  crossOverlapSameL2,
  crossOvnSameNameDiff,
  crossPassthruShared,
  crossSameCniName,
  crossSameRangeDiffL2,
  crossSliceMismatch,
  crossSliceMixed,
  crossStaticDuplicate,
  crossStaticInPool,
  crossVlanDuplicate,
  dhcpBridgeNoUplink,
  dhcpDaemonRequired,
  dhcpDefaultRoute,
  dhcpOption,
  dhcpUnknownKey,
  dnsInvalid,
  dnsIpamDnsIgnored,
  dummyIpamRequired,
  hostDeviceOnePodPerNode,
  hostDeviceSelector,
  hostDeviceSelectorMany,
  hostLocalEmptySet,
  hostLocalHostBits,
  hostLocalMixedFamily,
  hostLocalNoRanges,
  hostLocalOverlap,
  hostLocalSharedL2,
  hostLocalStartEndOutside,
  hostLocalTooSmall,
  hostLocalWbSpelling,
  ibSriovDhcp,
  ibSriovMac,
  ipPublicRange,
  ipvlanDhcp,
  ipvlanIpamRequired,
  ipvlanL3NeedsRouting,
  ipvlanMacCapability,
  ipvlanMode,
  jsonCallout,
  jsonComment,
  jsonDuplicateKey,
  jsonEmptyStringConfig,
  jsonExtraBrace,
  jsonKeyCase,
  jsonMissingColon,
  jsonMissingComma,
  jsonMissingQuote,
  jsonNotObject,
  jsonOther,
  jsonSingleQuote,
  jsonSmartQuote,
  jsonTrailingComma,
  jsonUnclosed,
  jsonUnquotedValue,
  jsonWrongType,
  macvlanMasterEnslaved,
  macvlanMode,
  macvlanMtuOverMaster,
  macvlanNoMaster,
  macvlanPassthruShared,
  macvlanUnknownKey,
  nadAnnotationKeyTypo,
  nadApiVersion,
  nadConfigNotString,
  nadEmptyConfig,
  nadMetadataMisplaced,
  nadNameAdmissionRegex,
  nadNameDnsLabel,
  nadNameRequired,
  nadNamespaceMissing,
  nadOwnerManaged,
  nadResourceNameFormat,
  nadResourceNameMissing,
  nadUnknownSpecField,
  ovnChained,
  ovnDefaultNetworkNad,
  ovnIpamForbidden,
  ovnNadNameMismatch,
  ovnNameReserved,
  ovnRole,
  ovnSubnets,
  ovnTopology,
  ovnTopologyMissing,
  ovnTransport,
  ovnUnknownKey,
  ovnVlanRange,
  podEcmp,
  podGrammar,
  podIfname,
  podIpNoPrefix,
  podIpsOutside,
  podMacCapability,
  podNadMissing,
  podNameDots,
  portmapCapability,
  ptpIpamRequired,
  routeDefaultOnSecondary,
  routeDstHostBits,
  routeDstInvalid,
  routeDuplicate,
  routeFamilyMismatch,
  routeGwInvalid,
  routeGwUnreachable,
  routeMissingGw,
  sriovHardcodedDeviceId,
  sriovLinkState,
  sriovOnOff,
  sriovProto,
  sriovQosNeedsVlan,
  sriovVlanRange,
  staticDuplicate,
  staticGatewayOutside,
  staticGatewayUnused,
  staticIpsCapMissing,
  staticNetworkOrBroadcast,
  staticNoAddresses,
  staticNotCidr,
  staticSingleAddress,
  staticUnknownKey,
  tapSelinuxTuning,
  tuningAllowlist,
  tuningNoop,
  tuningSysctlNet,
  tuningSysctlType,
  vlanIdZero,
  vlanIpamRequired,
  vlanKeyName,
  vlanMasterRequired,
  vlanVlanRange,
  vrfName,
  whereaboutsDashAndStartEnd,
  whereaboutsExcludeAll,
  whereaboutsExcludeAtWrongLevel,
  whereaboutsExcludeHostBits,
  whereaboutsExcludeInvalid,
  whereaboutsExcludeOutside,
  whereaboutsFastIpamFewSlices,
  whereaboutsGatewayFamily,
  whereaboutsGatewayInPool,
  whereaboutsGatewayInvalid,
  whereaboutsGatewayNoRoute,
  whereaboutsGatewayOutsideRange,
  whereaboutsLeaseOrder,
  whereaboutsLogLevel,
  whereaboutsMultiRangeSameFamily,
  whereaboutsNetworkNameInvalid,
  whereaboutsNoOverlapCheck,
  whereaboutsNoRange,
  whereaboutsObsoleteEtcd,
  whereaboutsRangeEndBeforeStart,
  whereaboutsRangeHostBits,
  whereaboutsRangeInvalid,
  whereaboutsRangeLeadingZeros,
  whereaboutsRangeNoExclude,
  whereaboutsRangeOverlapSelf,
  whereaboutsRangeTooSmall,
  whereaboutsSliceConfigPath,
  whereaboutsSliceCountHuge,
  whereaboutsSliceDropsKeys,
  whereaboutsSliceName,
  whereaboutsSliceNamespace,
  whereaboutsSliceNonNumeric,
  whereaboutsSliceOver32,
  whereaboutsSlicePoolName,
  whereaboutsSliceSmallerThanRange,
  whereaboutsSliceUnusable,
  whereaboutsSliceV6,
  whereaboutsStartEndOutside,
  whereaboutsStartEndUnparseable,
  whereaboutsUnknownKey,
  whereaboutsV6Huge,
  whereaboutsV6LeadingColons,
  yamlDocSeparatorMissing,
  yamlDuplicateKey,
  yamlFoldedThenQuote,
  yamlMisspeltKey,
  yamlParseError,
  yamlQuoteInsideBlock,
  yamlTabIndent,
  yamlTemplatePlaceholder,
  yamlUnderIndentedScalar,
];

/** The rule of an id. */
export function ruleOf(id: string): AnyRule | undefined {
  return RULES.find((rule) => rule.id === id);
}
