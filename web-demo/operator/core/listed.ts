/** The body of `PUT /admin/aliases/:alias`, from the fields of a form. */

/** One deployment's fields as the form has them. */
export interface WrittenLine {
  id: string;
  isIn: boolean;
  model: string;
  order: string;
  weight: string;
  /** USD for a million tokens; both empty where config or the price list knows the model. */
  input: string;
  output: string;
}

/** Only ticked deployments are listed. The router refuses what is not a number. */
export const listedBody = (lines: readonly WrittenLine[]) =>
  lines
    .filter(({ isIn }) => isIn)
    .map(({ id, model, order, weight, input, output }) => ({
      ...{ id, model },
      ...(order !== '' && { order: Number(order) }),
      ...(weight !== '' && { weight: Number(weight) }),
      ...((input !== '' || output !== '') && { price: { input: Number(input), output: Number(output) } }),
    }));
