import { Card } from "@/components/card.tsx";
import { CutRows, Row, Rows, RowText } from "@/components/rows.tsx";
import type { User } from "@/services/user-service.ts";
import type { Query } from "./card-notice.tsx";

type Props = { organizationId: string; people: User[]; query: Query };

export function PeopleCard({ organizationId, people, query }: Props) {
  const moreUrl = `/organizations/${organizationId}?more=people#people`;
  return (
    <Card id="people" title="People">
      <CutRows rows={people} more={query.more === "people"} moreUrl={moreUrl}>
        {(shown) => (
          <Rows>
            {shown.map(({ id, name, email, organizationRole }) => (
              <Row key={id} data-testid="person">
                <RowText title={name}>{email}</RowText>
                <span className="text-sm">{organizationRole === "admin" ? "Admin" : "Member"}</span>
              </Row>
            ))}
          </Rows>
        )}
      </CutRows>
    </Card>
  );
}
