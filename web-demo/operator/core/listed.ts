/** The body of `PUT /admin/aliases/:alias`, from the fields of a form. */

/** The form's fields of one deployment. */
export interface WrittenLine {
  id: string;
  isIn: boolean;
  model: string;
  order: string;
  weight: string;
  /** USD per million tokens. Both prices are empty if config or the price list knows the model. */
  input: string;
  output: string;
}

/** Lists the ticked deployments only. The router refuses values that are not numbers. */
export const listedBody = (lines: readonly WrittenLine[]) =>
  lines
    .filter(({ isIn }) => isIn)
    .map(({ id, model, order, weight, input, output }) => ({
      ...{ id, model },
      ...(order !== '' && { order: Number(order) }),
      ...(weight !== '' && { weight: Number(weight) }),
      ...((input !== '' || output !== '') && { price: { input: Number(input), output: Number(output) } }),
    }));
