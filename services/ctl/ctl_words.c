#include "ctl_words.h"

#include <ctype.h>
#include <string.h>

#include "base/buffer.h"

/* Korean words by the names of the values. */
static const struct {
    const char *name, *word;
} words[] = {
    {"ENTRY_KIND_APPROPRIATION", "예산"},
    {"ENTRY_KIND_CARRY_OVER", "이월"},
    {"ENTRY_KIND_COMMITMENT", "원인행위"},
    {"ENTRY_KIND_EXPENDITURE", "집행"},
    {"ENTRY_KIND_SUPPLEMENTARY", "추경"},
    {"ENTRY_KIND_TRANSFER_IN", "전용증"},
    {"ENTRY_KIND_TRANSFER_OUT", "전용감"},
    {"ENTRY_KIND_RELEASE", "원인행위취소"},
    {"ENTRY_KIND_REFUND", "반납"},
    {"LINE_CLASS_PROJECT", "사업"},
    {"LINE_CLASS_BASIC_EXPENSES", "기본경비"},
    {"LINE_CLASS_STAFF", "인력운영비"},
    {"LINE_CLASS_RETURNS", "반환금"},
    {"CARRY_OVER_TYPE_EXPRESS", "명시이월"},
    {"CARRY_OVER_TYPE_ACCIDENTAL", "사고이월"},
    {"CARRY_OVER_TYPE_CONTINUING", "계속비이월"},
    {"RESERVATION_STATE_OPEN", "예약"},
    {"RESERVATION_STATE_POSTED", "확정"},
    {"RESERVATION_STATE_RELEASED", "해제"},
    {"RESERVATION_STATE_EXPIRED", "만료"},
    {"CONTRACT_KIND_GOODS", "물품"},
    {"CONTRACT_KIND_SERVICE", "용역"},
    {"CONTRACT_KIND_CONSTRUCTION", "공사"},
    {"CONTRACT_KIND_ADVERTISING", "광고"},
    {"CONTRACT_METHOD_COMPETITIVE", "경쟁"},
    {"CONTRACT_METHOD_SMALL_SUM", "소액수의"},
    {"CONTRACT_METHOD_PREFERRED_VENDOR", "우대수의"},
    {"CONTRACT_METHOD_FAILED_BIDS", "유찰수의"},
    {"CONTRACT_METHOD_PRESS_FOUNDATION", "언론재단"},
    {"VENDOR_CLASS_WOMEN", "여성기업"},
    {"VENDOR_CLASS_DISABLED", "장애인기업"},
    {"VENDOR_CLASS_SOCIAL_ENTERPRISE", "사회적기업"},
    {"VENDOR_CLASS_SOCIAL_COOPERATIVE", "사회적협동조합"},
    {"VENDOR_CLASS_SELF_SUPPORT", "자활기업"},
    {"VENDOR_CLASS_VILLAGE", "마을기업"},
    {"PROCEDURE_STAGE_REVIEWED", "심의"},
    {"PROCEDURE_STAGE_NOTICED", "공고"},
    {"PROCEDURE_STAGE_FAILED", "유찰"},
    {"PROCEDURE_STAGE_AWARDED", "낙찰"},
    {"PROCEDURE_STAGE_NEGOTIATING", "협의"},
    {"PROCEDURE_STAGE_CONTRACTED", "계약"},
    {"PROCEDURE_STAGE_CANCELLED", "취소"},
    {"REVENUE_ACTION_ASSESSED", "부과"},
    {"REVENUE_ACTION_COLLECTED", "징수"},
    {"REVENUE_ACTION_WRITTEN_OFF", "결손"},
    {"REVENUE_KIND_USAGE_FEES", "사용료"},
    {"REVENUE_KIND_SERVICE_FEES", "수수료"},
    {"REVENUE_KIND_CONTRIBUTIONS", "분담금"},
    {"REVENUE_KIND_PROPERTY", "재산"},
    {"REVENUE_KIND_PENALTIES", "과태료"},
    {"REVENUE_KIND_REFUNDS", "환급금"},
    {"PLAN_BASIS_COMMITTED", "원인행위"},
    {"PLAN_BASIS_SPENT", "집행"},
    {"PACE_REASON_NOT_DUE", "시기 미도래"},
    {"PACE_REASON_EVENT", "행사·공모"},
    {"PACE_REASON_BID_BALANCE", "낙찰차액"},
    {"PACE_REASON_PROCEDURE", "절차 지연"},
    {"PACE_REASON_STAFF", "조직·결원"},
    {"CONTRACT_WARNING_KIND_VENDOR_CONCENTRATION", "업체편중"},
    {"CONTRACT_WARNING_KIND_CLASS_CONCENTRATION", "유형편중"},
    {"CONTRACT_WARNING_KIND_SPLITTING", "쪼개기"},
};

/* The value's name without what all values of its type begin with. */
static const char *name_bare(const ProtobufCEnumDescriptor *type, const char *name)
{
    static const char unset[] = "UNSPECIFIED";
    const ProtobufCEnumValue *zero = protobuf_c_enum_descriptor_get_value(type, 0);
    if (zero == NULL) return name;
    size_t length = strlen(zero->name);
    if (length < sizeof unset || strcmp(zero->name + length - (sizeof unset - 1), unset) != 0)
        return name;
    size_t prefix = length - (sizeof unset - 1);
    return strncmp(name, zero->name, prefix) == 0 ? name + prefix : name;
}

static bool name_equal(const char *name, const char *word)
{
    for (; *name != '\0' && *word != '\0'; name++, word++) {
        int letter = *word == '-' ? '_' : toupper((unsigned char)*word);
        if (*name != letter) return false;
    }
    return *name == *word;
}

static const char *word_of(const char *name)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i].name, name) == 0) return words[i].word;
    }
    return NULL;
}

bool word_read(const ProtobufCEnumDescriptor *type, const char *word, int *value)
{
    for (unsigned i = 0; i < type->n_values; i++) {
        const ProtobufCEnumValue *known = &type->values[i];
        const char *korean = word_of(known->name);
        bool same = name_equal(name_bare(type, known->name), word) ||
                    (korean != NULL && strcmp(korean, word) == 0);
        if (known->value == 0 || !same) continue;
        *value = known->value;
        return true;
    }
    return false;
}

static const char *name_small(struct arena *arena, const char *name)
{
    char *small = arena_copy(arena, name, strlen(name));
    for (char *at = small; at != NULL && *at != '\0'; at++)
        *at = *at == '_' ? '-' : (char)tolower((unsigned char)*at);
    return small == NULL ? "" : small;
}

const char *word_show(struct arena *arena, const ProtobufCEnumDescriptor *type, int value)
{
    const ProtobufCEnumValue *known = protobuf_c_enum_descriptor_get_value(type, value);
    if (known == NULL) return arena_printf(arena, "%d", value);
    if (value == 0) return "";
    const char *word = word_of(known->name);
    return word != NULL ? word : name_small(arena, name_bare(type, known->name));
}

const char *words_list(struct arena *arena, const ProtobufCEnumDescriptor *type)
{
    enum { LIST_BYTES_MAX = 4096 };
    struct buffer list;
    buffer_init(&list, LIST_BYTES_MAX);
    for (unsigned i = 0; i < type->n_values; i++) {
        const ProtobufCEnumValue *known = &type->values[i];
        const char *word = word_of(known->name);
        if (known->value == 0) continue;
        const char *name = name_small(arena, name_bare(type, known->name));
        if (buffer_printf(&list, "%s%s%s%s%s", list.length == 0 ? "" : ", ", name,
                          word == NULL ? "" : " (", word == NULL ? "" : word,
                          word == NULL ? "" : ")") != OK)
            break;
    }
    const char *copy = arena_copy(arena, (const char *)list.bytes, list.length);
    buffer_free(&list);
    return copy == NULL ? "" : copy;
}
