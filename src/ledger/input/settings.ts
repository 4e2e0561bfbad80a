/** Reads settings from callers. Source: domain §1.11. */
import { isDeepStrictEqual } from 'node:util';
import {
  fieldsOf,
  ifGiven,
  readArray,
  readFlag,
  readLine,
  readNullable,
  readWhole,
  readWord,
} from '../../input/fields.ts';
import { invalid, type Place, root } from '../../input/refuse.ts';
import { LIMITS } from '../../model/limits.ts';
import {
  type LifecycleManagementSettings,
  MATCH_MODES,
  type QuarantineCondition,
  type QuarantineConfiguration,
  type WorkflowSetting,
} from '../../model/workflow/quarantine.ts';

const TYPE = '@odata.type';
const NAMESPACE = 'microsoft.graph.identityGovernance.';
const FIELDS = ['emailSettings', 'quarantineConfiguration', 'workflowScheduleIntervalInHours'] as const;

/** Input of `settings.update`; omitted properties stay unchanged. */
export type SettingsPatch = Partial<LifecycleManagementSettings>;

/** The checked patch: the properties that differ from `current`. @throws LifecycleError `InvalidArgument`. */
export function readSettingsPatch(input: unknown, current: LifecycleManagementSettings): SettingsPatch {
  const at = fieldsOf(root(input), FIELDS);
  const given = {
    emailSettings: ifGiven(at('emailSettings'), readEmailSettings),
    quarantineConfiguration: ifGiven(at('quarantineConfiguration'), readConfigurationOrNull),
    workflowScheduleIntervalInHours: ifGiven(at('workflowScheduleIntervalInHours'), (place) =>
      // An engine may have been created with an interval that is not a whole number of hours.
      place.value === current.workflowScheduleIntervalInHours
        ? current.workflowScheduleIntervalInHours
        : readWhole(place, 1, 24),
    ),
  } satisfies { readonly [Field in keyof SettingsPatch]: SettingsPatch[Field] | undefined };
  const isChange = (field: keyof SettingsPatch): boolean =>
    given[field] !== undefined && !isDeepStrictEqual(given[field], current[field]);
  return Object.fromEntries(FIELDS.filter(isChange).map((field) => [field, given[field]]));
}

/** A workflow's settings. @throws LifecycleError `InvalidArgument`. */
export function readWorkflowSetting(place: Place): WorkflowSetting {
  const at = fieldsOf(place, [TYPE, 'quarantineConfiguration']);
  const given = ifGiven(at('quarantineConfiguration'), readConfigurationOrNull);
  return Object.freeze({ quarantineConfiguration: given ?? null });
}

function readEmailSettings(place: Place): LifecycleManagementSettings['emailSettings'] {
  const at = fieldsOf(place, [TYPE, 'senderDomain', 'useCompanyBranding']);
  return Object.freeze({
    senderDomain: at('senderDomain').value === '' ? '' : readLine(at('senderDomain'), LIMITS.idLengthMax),
    useCompanyBranding: readFlag(at('useCompanyBranding')),
  });
}

function readConfigurationOrNull(place: Place): QuarantineConfiguration | null {
  return readNullable(place, readConfiguration);
}

function readConfiguration(place: Place): QuarantineConfiguration {
  const at = fieldsOf(place, [TYPE, 'conditions', 'matchMode']);
  const conditions = readArray(at('conditions'), LIMITS.quarantineConditionsMax).map(readCondition);
  return Object.freeze({
    conditions: Object.freeze(conditions),
    matchMode: readWord(at('matchMode'), MATCH_MODES),
  });
}

function readCondition(place: Place): QuarantineCondition {
  const at = fieldsOf(place, [TYPE, 'threshold', 'percentage']);
  const isCount = at('threshold').value !== undefined;
  if (isCount === (at('percentage').value !== undefined))
    throw invalid(place, 'either a threshold or a percentage');
  const type = isCount ? 'countBasedQuarantineCondition' : 'percentageBasedQuarantineCondition';
  const given = at(TYPE);
  if (given.value !== undefined && String(given.value).replace(/^#/, '') !== NAMESPACE + type)
    throw invalid(given, `#${NAMESPACE}${type}`);
  return isCount
    ? Object.freeze({
        [TYPE]: '#microsoft.graph.identityGovernance.countBasedQuarantineCondition',
        threshold: readWhole(at('threshold'), 0, Number.MAX_SAFE_INTEGER),
      })
    : Object.freeze({
        [TYPE]: '#microsoft.graph.identityGovernance.percentageBasedQuarantineCondition',
        percentage: readWhole(at('percentage'), 0, 100),
      });
}
