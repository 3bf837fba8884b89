import { hasUnanswered } from '../../reconcile/plan.js';
import { surveyOf, type Survey } from '../../reconcile/survey.js';
import { defineSource } from '../model.js';
import { inventory } from './inventory.js';

/** Every claim that is not live, judged and confirmed. */
export const claims = defineSource<Survey>({
  id: 'claims',
  title: 'owners of addresses',
  read: async (given) => {
    const survey = await surveyOf(given.reader, await given.of(inventory), { findingsOnly: true });
    for (const warning of survey.warnings) given.gaps.warn(warning);
    given.gaps.incomplete ||= survey.incomplete || hasUnanswered(survey.claims);
    return survey;
  },
});
